import t from 'tap'
import { waitFor } from '../../helpers/wait-for.js'
import { startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

const time = '\\d\\d:\\d\\d:\\d\\d\\.\\d{3}'

t.test('events shows what has happened, for people and as JSON lines', async (t) => {
  const { path, events } = await startServer(t)
  t.match(await runRqctl(['events', '--socket', path]), { code: 0, stdout: '', stderr: /nothing of that kind/ })
  const job = { jobId: 'j1', queue: 'low', func: 'shop.send', worker: 'w.1', durationSec: 75 }
  events.publish('job.failed', { ...job, error: 'Error: \x1b[31mno' })
  events.publish('queue.paused', { queues: ['low', 'high'] })
  events.publish('executor.ended', { worker: 'w.1', pid: 7, exitCode: null, signal: 'SIGKILL' })
  const { code, stdout, stderr } = await runRqctl(['events', '--socket', path])
  t.same([code, stderr], [0, ''])
  t.match(
    stdout,
    new RegExp(
      `^${time}  job.failed         low j1 shop.send worker=w.1 durationSec=1m 15s error=Error: no\n` +
        `${time}  queue.paused       queues=low,high\n` +
        `${time}  executor.ended     worker=w.1 pid=7 signal=SIGKILL\n$`,
    ),
  )
  const lines = (await runRqctl(['events', '--json', '--type', 'job', '--socket', path])).stdout.split('\n')
  t.match(JSON.parse(lines[0] ?? ''), { seq: 1, type: 'job.failed', error: 'Error: \x1b[31mno' })
  t.equal(lines.length, 2)
  const narrow = await runRqctl(['events', '--socket', path], { columns: 60, env: { NO_COLOR: '1' } })
  t.ok(narrow.stdout.split('\n').every((line) => line.length <= 60))
  t.match(narrow.stdout, '…')
})

t.test(
  'events -f goes on with what happens, each event once, until it is interrupted or the daemon ends',
  async (t) => {
    const { path, events, server } = await startServer(t)
    events.publish('redis.lost')
    const interrupted = new AbortController()
    let [shown, shownByOther] = [(): string => '', (): string => '']
    const run = runRqctl(['events', '-f', '--json', '--socket', path], {
      signal: interrupted.signal,
      onStart: (text) => (shown = text),
    })
    await waitFor('its subscription', () => events.isHeard)
    events.publish('redis.found')
    const other = runRqctl(['events', '-f', '--queue', 'low', '--socket', path], {
      onStart: (text) => (shownByOther = text),
    })
    await waitFor('both to show what happens', () => {
      events.publish('queue.paused', { queues: ['low'] })
      return [shown, shownByOther].every((text) => text().includes('queue.paused'))
    })
    interrupted.abort()
    const { code, stdout } = await run
    const seqs = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq)
    t.equal(code, 0)
    t.same(seqs.slice(0, 2), [1, 2])
    t.same(
      seqs,
      [...new Set(seqs)].sort((a, b) => a - b),
    )
    await server.stop()
    const ended = await other
    t.equal(ended.code, 3)
    t.match(ended.stdout, /queue\.paused/)
    t.match(ended.stderr, /hung up/)
  },
)

t.test('a misspelled type is refused with the nearest one', async (t) => {
  t.match(await runRqctl(['events', '--type', 'job.fialed']), { code: 2, stderr: /no such event.*job\.failed/ })
})
