import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { onTerminal, withoutPty } from '../helpers/pty.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const RESTORED = '\x1b[?7h\x1b[?25h\x1b[?1049l'

t.test(
  'C2 C3: top shows the daemon live, stops a job, pauses, resumes, drains, quits',
  { skip: withoutPty },
  async (t) => {
    const redis = await startRedis(t)
    const daemon = await startDaemon(t, redis, ['-N', '2', '--name', 'w', 'high', 'low'])
    const queue = new Queue('high', { connection: redis.client, taskPaths: [fixtureTasks] })
    const job = await queue.enqueue('gate.wait', join(redis.folder, 'never'))
    const top = onTerminal(t, ['top', '-i', '0.05', '--socket', daemon.socket])
    await top.shows(job.id)
    t.match(top.screen(), /^w {2}running {2}Redis connected/m)
    t.match(top.screen(), '1 of 2 executors busy')

    top.type('ma')
    await top.shows('RUNNING*')
    top.type('s')
    await top.shows(`Stop job ${job.id} for good, without a retry? y/n`)
    top.type('n')
    await top.shows('Nothing was done.')
    t.equal((await job.refresh()).isStarted, true)
    top.type('s')
    await top.shows('y/n')
    top.type('y')
    await top.shows('was told to end it')
    await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
    await top.shows('0 of 2 executors busy')

    top.type('p')
    await top.shows('Paused: high, low')
    await top.shows(/^w {2}paused /m)
    t.equal((await daemon.status()).state, 'paused')
    top.type('p')
    await top.shows('No queue is paused.')
    t.equal((await daemon.status()).state, 'running')

    const file = join(redis.folder, 'gate')
    await queue.enqueue('gate.wait', file)
    await top.shows('1 of 2 executors busy')
    top.type('d')
    await top.shows('(drain)? y/n')
    top.type('y')
    await top.shows(/^w {2}draining /m)
    await writeFile(file, '')
    await top.shows('Drained after')
    await top.shows(/^w {2}drained /m)

    top.type('h')
    await top.shows('this page')
    top.type('x')
    await top.shows('WAITING')
    top.resize(40, 200)
    await top.shows(/^ +WORKER +STATE +JOB +QUEUE +FUNCTION/m)
    top.type('q')
    t.same(await top.ended, { code: 0, signal: null, echo: true, lines: true })
    t.ok(top.written().startsWith('\x1b[?1049h\x1b[?25l'))
    t.ok(top.written().endsWith(RESTORED))
  },
)

t.test('C12: top goes on when the daemon is restarted', { skip: withoutPty }, async (t) => {
  const redis = await startRedis(t)
  const socket = join(redis.folder, 'same.sock')
  const first = await startDaemon(t, redis, ['-N', '1', '--name', 'one', '--socket', socket])
  const top = onTerminal(t, ['top', '-i', '0.05', '--socket', socket])
  await top.shows(/^one {2}running /m)
  first.signal('SIGKILL')
  await top.shows('daemon away, trying again')
  t.match(top.screen(), /^one {2}away /m, 'what it was last is still there')
  top.type('p')
  await startDaemon(t, redis, ['-N', '1', '--name', 'two', '--socket', socket])
  await top.shows(/^two {2}running /m)
  t.notMatch(top.screen(), 'daemon away')
  top.type('\x03')
  t.match(await top.ended, { code: 0, echo: true, lines: true })
})

t.test('top gives the terminal back when a signal ends it', { skip: withoutPty }, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'w'])
  const top = onTerminal(t, ['top', '--socket', daemon.socket])
  await top.shows('WAITING')
  top.terminate()
  t.same(await top.ended, { code: null, signal: 15, echo: true, lines: true })
  t.ok(top.written().endsWith(RESTORED))
})

t.test('top without a daemon, without a terminal, with --json', { skip: withoutPty }, async (t) => {
  const top = onTerminal(t, ['top', '--socket', '/nowhere/x.sock'])
  t.match(await top.ended, { code: 3, echo: true, lines: true })
  t.match(top.written(), /^rqctl: no daemon answers on \/nowhere\/x\.sock: there is no socket/)
  t.match(await rqctl(['top']), {
    code: 2,
    stderr: /^rqctl: top needs a terminal, and stdout is none; for one look there is "rqctl status"\n/,
  })
  const json = onTerminal(t, ['top', '--json'])
  t.match(await json.ended, { code: 2 })
  t.match(json.written(), 'top prints no document; expected "rqctl status --json"')
  const dumb = onTerminal(t, ['top'], { env: { TERM: 'dumb' } })
  t.match(await dumb.ended, { code: 2 })
  t.match(dumb.written(), 'TERM is dumb')
})
