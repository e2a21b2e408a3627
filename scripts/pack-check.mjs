// `npm run pack:check`: what would be published holds what users need, nothing else, and works once installed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeFiles } from './lib/pack-rules.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'rqd-pack-'))

async function problems() {
  const [packed] = JSON.parse(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]))
  const files = packed.files.map(({ path }) => path)
  const found = judgeFiles(files, (file) => existsSync(join(root, file)))
  for (const file of Object.values(manifest.bin)) {
    const first = readFileSync(join(root, file), 'utf8').split('\n', 1)[0]
    if (first !== '#!/usr/bin/env node') found.push(`${file} does not begin with #!/usr/bin/env node`)
  }
  if (found.length > 0) return found
  await install(join(folder, packed.filename))
  for (const name of Object.keys(manifest.bin)) {
    const version = (await run(join(folder, 'node_modules', '.bin', name), ['--version'], { cwd: folder })).trim()
    if (version !== manifest.version)
      found.push(`${name} --version prints ${JSON.stringify(version)}, not ${manifest.version}`)
  }
  const program = [
    "import { Queue, Job } from 'rqd'",
    "import { createDashboard } from 'rqd/dashboard'",
    'console.log(typeof Queue, typeof Job, typeof createDashboard)',
  ].join('\n')
  const names = (await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })).trim()
  if (names !== 'function function function') found.push(`the library gives Queue, Job and createDashboard as ${names}`)
  if (found.length === 0)
    console.log(`the package is sound: ${files.length} files, ${Math.round(packed.size / 1024)} kB packed`)
  return found
}

async function install(archive) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...flags, archive], { cwd: folder })
}

try {
  const found = await problems()
  for (const problem of found) console.error(`pack:check: ${problem}`)
  process.exitCode = found.length === 0 ? 0 : 1
} catch (error) {
  console.error(`pack:check: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
