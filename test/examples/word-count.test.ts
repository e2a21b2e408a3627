import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runProgram } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

// The test runner instruments child processes through these; here they run as they would by themselves.
const plain = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TAP|_TAPJS|NODE_OPTIONS)/.test(name)),
)

/** `npm start` itself, without npm, with a temporary folder of its own. */
interface Start {
  readonly child: ChildProcess
  readonly folder: string
  output(): string
  readonly ended: Promise<number | null>
}

async function start(t: Test, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Start> {
  const folder = await mkdtemp(join(tmpdir(), 's-'))
  const child = spawn(process.execPath, [join(projectRoot, 'scripts/start.mjs'), ...args], {
    cwd: projectRoot,
    env: { ...plain, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  return { child, folder, output: () => output, ended }
}

/** The rows of the table: words by name of the document. */
function counts(output: string): Map<string, number> {
  const rows = output.matchAll(/^ {2}(\S+) +([\d,]+) {2}(?:high|default|low) +words\.\d+ +\d+ ms$/gm)
  return new Map([...rows].map(([, name = '', words = '']) => [name, Number(words.replaceAll(',', ''))]))
}

function fileOf(name: string): string {
  const licence = join('/usr/share/common-licenses', name)
  return existsSync(licence) ? licence : join(projectRoot, name)
}

/** Processes with a folder in their command line or, where they have renamed themselves, in their environment. */
function livingIn(folder: string): string[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return '' // it has ended meanwhile
    }
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => read(pid, 'cmdline') + read(pid, 'environ')).filter((text) => text.includes(folder))
}

t.test('npm start -- --once counts every document as wc does and ends', async (t) => {
  const { ended, output, folder } = await start(t, ['--once'])
  t.equal(await ended, 0, output())
  const found = counts(output())
  t.ok(found.has('README.md') && found.has('docs/getting-started.md'), 'the texts of the project are among them')
  for (const [name, words] of found) {
    const { stdout } = await runProgram('wc', ['-w', fileOf(name)], { LC_ALL: 'C.UTF-8' })
    t.equal(words, Number.parseInt(stdout, 10), name)
  }
  const total = [...found.values()].reduce((sum, words) => sum + words, 0)
  t.match(output(), `${found.size} documents`)
  t.match(output(), total.toLocaleString('en-US'))
  t.notMatch(output(), '\x1b', 'no colours where there is no terminal')
  t.same(readdirSync(folder), [], 'nothing is left in the temporary folder')
  t.same(livingIn(folder), [], 'no process is left')
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`npm start stays up, and ${signal} stops all of it`, async (t) => {
    const { child, ended, output, folder } = await start(t, [])
    await waitFor(
      'the hints',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended:\n${output()}`)
        return output().includes('to read')
      },
      60_000,
    )
    t.ok(livingIn(folder).length >= 5, 'this, Redis, the daemon and two executors are running')
    const commands = [...output().matchAll(/^ {2}(?:the daemon|the queues|one more job) +(.+)$/gm)].map(
      ([, line]) => line ?? '',
    )
    t.equal(commands.length, 3)
    for (const command of commands) {
      const result = await runProgram('sh', ['-c', `cd '${projectRoot}' && ${command}`])
      t.equal(result.code, 0, `can be pasted: ${command}\n${result.stderr}`)
    }
    child.kill(signal)
    t.equal(await ended, 0, output())
    t.same(readdirSync(folder), [], 'nothing is left in the temporary folder')
    t.same(livingIn(folder), [], 'no process is left')
  })
}

t.test('on trouble it shows the log of what failed, and leaves nothing behind', async (t) => {
  const tools = await mkdtemp(join(tmpdir(), 'p-'))
  t.teardown(() => rm(tools, { recursive: true, force: true }))
  const { ended, output, folder } = await start(t, ['--once'], {
    PATH: await brokenRedis(tools),
    RQD_TEST_REDIS_SERVER: '',
  })
  t.equal(await ended, 1)
  t.match(output(), 'redis-server ended with code 3')
  t.match(output(), 'no memory today')
  t.same(readdirSync(folder), [])
})

t.test('an unknown option is refused', async (t) => {
  const { ended, output } = await start(t, ['--twice'])
  t.equal(await ended, 2)
  t.match(output(), '--once')
})

/** A search path that begins with a redis-server that fails. */
async function brokenRedis(folder: string): Promise<string> {
  await writeFile(join(folder, 'redis-server'), '#!/bin/sh\necho no memory today\nexit 3\n', { mode: 0o755 })
  return `${folder}:${process.env['PATH'] ?? ''}`
}
