import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { RqdError } from '../../../src/errors.js'
import { sampleStatus } from '../control/fake-operations.js'
import { startServer, tempFolder } from '../control/harness.js'
import { type Screen, runRqctl } from './run-rqctl.js'

async function start(t: Parameters<typeof startServer>[0]) {
  const daemon = await startServer(t)
  const run = (argv: readonly string[], screen?: Screen) => runRqctl([...argv, '--socket', daemon.path], screen)
  return { ...daemon, run }
}

t.test('status for people', async (t) => {
  const { run } = await start(t)
  t.same(await run(['status']), {
    code: 0,
    stderr: '',
    stdout: `web-1: running, pid 4321, rqd 0.1.0, up 3m 12s
redis://:***@localhost:6379/0: connected, 0.4 ms

 PID  WORKER   STATE    JOB                                   QUEUE  FUNCTION                                                    RUNNING  MEMORY    PSS  DONE  RECYCLED
4330  web-1.1  busy     7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11  high   shop.orders.send_confirmation(order=17, \\x1b[31mcopy=True)   1m 15s   48 MB  31 MB  1204  2 jobs, 1 rss
   -  web-1.2  backoff  -                                     -      -                                                                 -       -      -     7  -

web-1.2 has lost 4 executors in a row: it ended with exit code 7

QUEUE   WAITING  OLDEST  STATE
high          3     12s  open
low        1500  2h 03m  paused
broken        ?       -  open

CLAIMED  FINISHED  FAILED  RETRIED  HANDED BACK  RECOVERED  FENCED  DEATHS
   1215      1204       7        3            0          0       0       0
`,
  })
})

t.test('status fits the screen, in colour', async (t) => {
  const { run } = await start(t)
  for (const columns of [80, 100, 120, 200]) {
    const { stdout } = await run(['status'], { columns })
    t.match(stdout, '\x1b[36mbusy\x1b[39m')
    const longest = Math.max(
      ...stripVTControlCharacters(stdout)
        .split('\n')
        .map((line) => line.length),
    )
    t.ok(longest <= columns, `${longest} of ${columns}`)
  }
  t.notMatch((await run(['status'], { columns: 80, env: { NO_COLOR: '1' } })).stdout, '\x1b')
})

t.test('status when Redis is away', async (t) => {
  const { run, operations } = await start(t)
  operations.status_ = { ...sampleStatus, redis: { url: 'redis://a:6379', connected: false, roundTripMs: null } }
  t.match((await run(['status'])).stdout, /^redis:\/\/a:6379: not connected$/m)
})

t.test('--json prints one document and nothing else, before or after the command', async (t) => {
  const { run, path } = await start(t)
  t.same(JSON.parse((await run(['status', '--json'])).stdout), sampleStatus)
  t.same(JSON.parse((await run(['--json', 'pause', 'low'])).stdout), { paused: ['low'] })
  t.same(JSON.parse((await run(['resume', '--json'])).stdout), { paused: [] })
  t.same(JSON.parse((await run(['shutdown', '--json'])).stdout), { running: 3 })
  t.same(JSON.parse((await run(['drain', '--json'])).stdout), { drained: true, handedBack: 0, elapsedSec: 2.5 })
  t.match(JSON.parse((await run(['ping', '--json'])).stdout), { pong: true, socket: path, roundTripMs: Number })
  t.match(JSON.parse((await run(['discover', '--json'])).stdout), { openrpc: String, methods: Array })
})

t.test('pause and resume', async (t) => {
  const { run, operations } = await start(t)
  t.same(await run(['pause', 'high', 'low']), { code: 0, stdout: 'Paused: high, low\n', stderr: '' })
  t.same(await run(['resume', 'high']), { code: 0, stdout: 'Paused: low\n', stderr: '' })
  t.same(await run(['resume']), { code: 0, stdout: 'No queue is paused.\n', stderr: '' })
  t.same(operations.calls, [
    ['pause', ['high', 'low']],
    ['resume', ['high']],
    ['resume', []],
  ])
  t.same(await run(['pause', 'nope']), {
    code: 2,
    stdout: '',
    stderr: 'rqctl: queue "nope" is not served here; expected one of high, low\nrun "rqctl pause --help"\n',
  })
})

t.test('drain: plain lines in a pipe, one live line on a terminal; the exit code tells', async (t) => {
  const { run, operations } = await start(t)
  t.same(await run(['drain']), {
    code: 0,
    stdout: 'Drained after 2s.\n',
    stderr: 'waiting for 2 running jobs, 0.0s\nwaiting for 1 running job, 1s\n',
  })
  const clear = '\r\x1b[2K'
  t.equal(
    (await run(['drain'], { columns: 80 })).stderr,
    `${clear}waiting for 2 running jobs, 0.0s${clear}waiting for 1 running job, 1s${clear}`,
  )
  operations.drained = { drained: false, handedBack: 1, elapsedSec: 90 }
  t.match(await run(['drain', '--timeout', '1m']), {
    code: 4,
    stdout: 'The deadline passed after 1m 30s: 1 job handed back.\n',
  })
  await run(['drain', '--timeout=-1'])
  t.same(operations.calls, [
    ['drain', null],
    ['drain', null],
    ['drain', 60],
    ['drain', null],
  ])
})

t.test('a daemon that goes while it drains', async (t) => {
  const { run, operations, server } = await start(t)
  operations.gate = new Promise(() => undefined)
  const running = run(['drain'])
  while (operations.running === 0) await new Promise((resolve) => setImmediate(resolve))
  await server.stop()
  t.match(await running, { code: 3, stdout: '', stderr: /hung up before it answered/ })
})

t.test('shutdown, ping, discover', async (t) => {
  const { run, operations, path } = await start(t)
  t.equal((await run(['shutdown'])).stdout, 'Stopping after 3 running jobs.\n')
  t.equal((await run(['shutdown', '--now'])).stdout, 'Stopping now: 3 running jobs handed back.\n')
  t.same(operations.calls, [
    ['shutdown', false],
    ['shutdown', true],
  ])
  const { stdout } = await run(['ping'])
  t.ok(stdout.startsWith(`pong from ${path} in `) && / \d+\.\d ms\n$/.test(stdout), stdout)
  t.match((await run(['discover'])).stdout, /^drain\(timeoutSec\?\) +yes +Start no more jobs/m)
})

t.test('no daemon: exit code 3, and what to do', async (t) => {
  const path = join(await tempFolder(t), 'none.sock')
  for (const command of ['status', 'pause', 'resume', 'drain', 'shutdown', 'ping', 'discover']) {
    t.same(await runRqctl([command, '--socket', path]), {
      code: 3,
      stdout: '',
      stderr: `rqctl: no daemon answers on ${path}: there is no socket; start one with "rqd", or name its socket with --socket\n`,
    })
  }
  const env = { XDG_RUNTIME_DIR: join(path, '..') }
  t.match((await runRqctl(['ping'], { env })).stderr, join(path, '..', 'rqd', 'rqd.sock'), 'the default path')
})

t.test('C3: scale, restart-executors and reload say what they wait for and what has come of it', async (t) => {
  const { run, operations } = await start(t)
  const waiting = '1 of 4 executors ready\n3 of 4 executors ready\nwaiting for 1 running job\n'
  t.same(await run(['scale', '4']), { code: 0, stdout: '4 executors after 2s, 2 before.\n', stderr: waiting })
  operations.was = 1
  t.equal((await run(['scale', '1', '--wait'])).stdout, '1 executor, as before.\n')
  operations.restarted = { executors: 4, ending: 2, elapsedSec: 2.5 }
  t.same(await run(['restart-executors']), {
    code: 0,
    stdout: 'Replaced 4 executors after 2s.\n2 old executors end after their jobs.\n',
    stderr: waiting,
  })
  operations.restarted = { executors: 1, ending: 1, elapsedSec: 0.5 }
  operations.reloaded = { changed: ['path', 'log-level'], needRestart: ['url'] }
  t.same(await run(['reload', '--wait']), {
    code: 0,
    stdout:
      'Reloaded after 0.5s: 1 new executor.\nChanged: path, log-level\nChanged, but only after a restart: url\n' +
      '1 old executor ends after its job.\n',
    stderr: `trying configuration and code\n${waiting}`,
  })
  t.same(operations.calls, [
    ['scale', 4, false],
    ['scale', 1, true],
    ['restartExecutors', false],
    ['reload', true],
  ])
  t.match(JSON.parse((await run(['reload', '--json'])).stdout), { executors: 1, needRestart: ['url'] })
})

t.test('C3: a reload that is refused has exit code 1, and its reason on stderr', async (t) => {
  const { run, operations } = await start(t)
  operations.failure = new RqdError('RQD_RELOAD_REFUSED', 'reload refused, all stays as it was: no such module')
  t.same(await run(['reload']), {
    code: 1,
    stdout: '',
    stderr: 'rqctl: reload refused, all stays as it was: no such module\n',
  })
})

t.test(
  'C3: on a terminal, the progress of a reload is one line that is written over, and gone at the end',
  async (t) => {
    const { run } = await start(t)
    const { stderr } = await run(['reload'], { columns: 80 })
    t.match(stderr, '\r\x1b[2Ktrying configuration and code, 0.0s\r\x1b[2K1 of 4 executors ready, 0.4s\r')
    t.ok(stderr.endsWith('\r\x1b[2K'))
    t.notMatch(stderr, '\n')
  },
)
