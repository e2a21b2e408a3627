import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { processesWith } from '../../chaos/processes.js'
import { runProgram } from '../helpers/daemon.js'
import { compiledRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

const main = join(compiledRoot, 'chaos/main.js')

async function setup(t: Test): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  // The runner's instruments slow down every process that they are in.
  return { folder, env: { TMPDIR: folder, NODE_OPTIONS: '' } }
}

t.test('12 kills over 300 jobs: nothing lost, stuck or failed, every repetition explained', async (t) => {
  const { folder, env } = await setup(t)
  const args = [main, '--jobs', '300', '--kills', '12', '--seed', '1']
  const { code, stdout, stderr } = await runProgram(process.execPath, args, env)
  t.equal(code, 0, `${stdout}${stderr}`)
  t.match(stdout, /^ {2}lost +0$/m)
  t.match(stdout, /^ {2}stuck +0$/m)
  t.match(stdout, /^Again: npm run chaos -- --jobs 300 --kills 12 --seed 1 /m)
  t.same(await readdir(folder), [], 'its folder is removed')
})

t.test('Ctrl+C leaves nothing behind', async (t) => {
  const { folder, env } = await setup(t)
  const child = spawn(process.execPath, [main, '--jobs', '1000'], { stdio: 'ignore', env: { ...process.env, ...env } })
  const ended = once(child, 'close')
  const started = (): boolean => processesWith(`RQD_CHAOS_MARKS=${folder}`).length >= 3
  await waitFor('a daemon and its executors', started)
  child.kill('SIGINT')
  t.same(await ended, [130, null])
  await waitFor('their end', () => processesWith(folder).length === 0)
  t.same(await readdir(folder), [])
})

t.test('wrong usage is told in a sentence', async (t) => {
  const { code, stderr } = await runProgram(process.execPath, [main, '--targets', 'redis'])
  t.equal(code, 2)
  t.match(stderr, /--aof always/)
})
