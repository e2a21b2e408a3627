import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { plainNode } from '../helpers/environment.js'
import { compiledRoot, projectRoot } from '../helpers/paths.js'
import { pythonPath } from '../helpers/python.js'
import { isRunning } from '../helpers/processes.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C3, C9: what signals do, as docs/signals.md tables it.

const rows = readFileSync(join(projectRoot, 'docs/signals.md'), 'utf8')
  .split('## Beside', 1)[0]!
  .split('\n')
  .flatMap((line) => {
    const [signal, , executor] = [...line.split('|').slice(1)].map((cell) => cell.trim())
    const name = /^`(SIG\w+)`$/.exec(signal ?? '')?.[1]
    return name === undefined ? [] : [{ name: name as NodeJS.Signals, executor: executor ?? '' }]
  })

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

/** The signals that a process handles, by the kernel's own account. */
function handled(pid: number): string[] {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  const caught = BigInt(`0x${mask}`)
  return Object.entries(constants.signals)
    .filter(([, number]) => (caught >> BigInt(number - 1)) & 1n)
    .map(([name]) => name)
}

t.test('C9: the daemon handles every signal of the table, and its executors those that it says', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  t.equal(rows.length, 9)
  const caught = handled(daemon.pid)
  for (const { name } of rows) t.ok(caught.includes(name), `${name} is handled by the daemon`)
  const [executor] = (await daemon.status()).executors
  const caughtThere = handled(executor?.pid ?? 0)
  for (const { name, executor: what } of rows) t.equal(caughtThere.includes(name), what !== 'the system’s', name)
})

t.test('C3: SIGTSTP and SIGUSR1 quiet, SIGCONT ends it; what rqctl has paused stays so', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default', 'low'])
  const queue = queueOn(redis)
  const gate = join(redis.folder, 'gate')
  const running = await queue.enqueue('gate.wait', gate)
  await daemon.logged('job started')
  await rqctl(['pause', 'low', '--socket', daemon.socket])
  for (const [i, signal] of (['SIGTSTP', 'SIGUSR1'] as const).entries()) {
    daemon.signal(signal)
    await waitFor('it to be quiet', async () => (await daemon.status()).state === 'paused')
    if (i === 0) {
      writeFileSync(gate, '')
      await waitFor('the running job to end', async () => (await running.refresh()).status === 'finished')
    }
    daemon.signal(signal)
    const job = await queue.enqueue('arithmetic.add', 1, 2)
    t.equal((await daemon.status()).queues[0]?.depth, 1, `${signal} keeps it waiting`)
    daemon.signal('SIGCONT')
    await waitFor('the next job to run', async () => (await job.refresh()).status === 'finished')
    t.same(
      (await daemon.status()).queues.map(({ paused }) => paused),
      [false, true],
      'low stays paused',
    )
  }
  t.notMatch(daemon.log(), /Debugger listening/)
  daemon.signal('SIGSTOP')
  await rqctl(['ping', '--socket', join(redis.folder, 'none')])
  daemon.signal('SIGCONT')
  t.match(await daemon.status(), { state: 'running', queues: [{ paused: false }, { paused: true }] })
})

t.test('C3: SIGTTIN adds an executor, SIGTTOU takes one away, and never the last', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'web', 'default'])
  daemon.signal('SIGTTIN')
  await daemon.logged('the number of executors has changed  executors=2 was=1')
  t.equal(await redis.client.scard('rq:workers'), 2)
  daemon.signal('SIGTTOU')
  await daemon.logged('executors=1 was=2')
  await waitFor('one worker to go', async () => (await redis.client.scard('rq:workers')) === 1)
  daemon.signal('SIGTTOU')
  daemon.signal('SIGUSR2')
  await daemon.logged('done since the start')
  t.equal((await daemon.status()).executors.length, 1)
})

t.test('C3: SIGUSR2 writes the state to the log', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'web', 'default'])
  const gate = join(redis.folder, 'gate')
  const job = await queueOn(redis).enqueue('gate.wait', gate)
  await daemon.logged('job started')
  daemon.signal('SIGUSR2')
  await daemon.logged('done since the start')
  t.match(daemon.log(), /state of the daemon {2}state=running uptimeSec=[\d.]+ redis=connected roundTripMs=/)
  t.match(
    daemon.log(),
    new RegExp(`state of an executor  worker=web pid=\\d+ state=busy jobId=${job.id} queue=default`),
  )
  t.match(daemon.log(), /state of a queue {2}name=default waiting=0 paused=false/)
  t.match(daemon.log(), /done since the start {2}claimed=1 finished=0/)
  writeFileSync(gate, '')
})

t.test('C3: SIGHUP reloads: the executors are new then; where that is refused, the log tells why', async (t) => {
  const redis = await startRedis(t)
  const tasks = t.testdir({ 'one.mjs': 'export const run = () => 1' })
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'], { tasks })
  const [before] = (await daemon.status()).executors
  daemon.signal('SIGHUP')
  await daemon.logged('INFO  reloaded')
  const [after] = (await daemon.status()).executors
  t.not(after?.pid, before?.pid)
  writeFileSync(join(tasks, 'two.mjs'), 'export const = ')
  daemon.signal('SIGHUP')
  await daemon.logged('reload refused: all stays as it was')
  t.match(daemon.log(), /ERROR reload refused.*"two\\*" does not load \(SyntaxError/)
  t.equal((await daemon.status()).executors[0]?.pid, after?.pid)
})

const withoutPython = existsSync(pythonPath) || process.env['CI'] === 'true' ? false : `${pythonPath} is not installed`

t.test('C9: a terminal that is closed does not end the daemon', { skip: withoutPython }, async (t) => {
  const redis = await startRedis(t)
  const socket = join(redis.folder, 'tty.sock')
  const pidFile = join(redis.folder, 'pid')
  const rqd = join(compiledRoot, 'daemon/bin/rqd.js')
  const tasks = t.testdir({ 'one.mjs': 'export const run = () => console.log("printed")' })
  const args = [rqd, '--url', redis.url, '--socket', socket, '--path', tasks, '--pid', pidFile, '-N', '1', 'default']
  const [program, words] = plainNode(args)
  // A terminal of its own, closed when its standard input ends.
  const terminal = spawn(pythonPath, ['-c', TERMINAL, program, ...words], { stdio: ['pipe', 'ignore', 'inherit'] })
  const closed = new Promise((resolve) => terminal.once('close', resolve))
  await waitFor('the daemon to be ready', async () => (await rqctl(['ping', '--socket', socket])).code === 0)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  t.teardown(async () => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    await waitFor('the daemon to end', () => !isRunning(pid))
  })
  const [before] = (
    JSON.parse((await rqctl(['status', '--json', '--socket', socket])).stdout) as {
      executors: { pid: number }[]
    }
  ).executors
  terminal.stdin.end()
  await closed
  // The hang-up asks for a reload.
  await waitFor('a new executor', async () => {
    const { stdout } = await rqctl(['status', '--json', '--socket', socket])
    const { executors } = JSON.parse(stdout) as { executors: { pid: number }[] }
    return executors.length === 1 && executors[0]?.pid !== before?.pid
  })
  const job = await queueOn(redis).enqueue('one.run')
  await waitFor('a job that prints to finish', async () => (await job.refresh()).status === 'finished')
  await rqctl(['shutdown', '--socket', socket])
  await waitFor('it to stop', () => !isRunning(pid))
  t.equal(await redis.client.scard('rq:workers'), 0, 'well')
})

const TERMINAL = `
import os, pty, sys, threading
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
def swallow():
    try:
        while os.read(terminal, 65536): pass
    except OSError: pass
threading.Thread(target=swallow, daemon=True).start()
sys.stdin.read()
os._exit(0)
`
