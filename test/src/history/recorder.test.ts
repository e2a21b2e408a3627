import t from 'tap'
import { systemClock } from '../../../src/clock.js'
import { HistoryRecorder } from '../../../src/history/recorder.js'
import { MOST_MINUTES, readHistory } from '../../../src/history/read-history.js'
import { systemRandom } from '../../../src/random.js'
import { connectRedis } from '../../../src/redis/connection.js'
import { createKeys } from '../../../src/redis/keys.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const keys = createKeys()
const MINUTE_MS = 60_000

async function start(t: Parameters<typeof startRedis>[0], skewMs = 0) {
  const server = await startRedis(t)
  const clock = {
    movedMs: 0,
    epochMs: () => systemClock.epochMs() + skewMs + clock.movedMs,
    monoMs: () => systemClock.monoMs() + clock.movedMs,
  }
  const redis = connectRedis(server.url, { commandTimeoutMs: 5_000, random: systemRandom })
  redis.on('error', () => undefined)
  await redis.connect()
  t.teardown(() => redis.disconnect())
  const logger = new RecordingLogger()
  const recorder = new HistoryRecorder({ redis, keys, clock, random: systemRandom, logger })
  t.teardown(() => recorder.stop())
  const read = async () => await readHistory(server.client, keys, MOST_MINUTES)
  const sum = async (name: 'finished' | 'failed' | 'waits') =>
    (await read()).reduce((total, minute) => total + minute[name], 0)
  return { server, redis, clock, logger, recorder, read, sum }
}

t.test('C11: runs and waits of a minute are counted, by how they ended', async (t) => {
  const { recorder, read } = await start(t)
  recorder.ran('finished', 0.5)
  recorder.ran('finished', 1.25)
  for (const ending of ['failed', 'retried', 'stopped', 'interrupted'] as const) recorder.ran(ending, 0)
  recorder.waited(0.002)
  recorder.waited(0.001)
  await recorder.flush()
  const minutes = (await read()).filter(({ waits, finished }) => waits + finished > 0)
  t.ok(minutes.length >= 1 && minutes.length <= 2, 'a minute may have ended meanwhile')
  const sums = minutes.reduce((all, minute) => ({ ...all, runMs: all.runMs + minute.runMs }), { runMs: 0 })
  t.equal(sums.runMs, 1_750)
  t.equal(Math.max(...minutes.map(({ longestRunMs }) => longestRunMs)), 1_250)
  t.equal(Math.max(...minutes.map(({ longestWaitMs }) => longestWaitMs)), 2)
})

t.test('C11: while Redis is away counts are kept, and come into the minute that they belong to', async (t) => {
  const { server, redis, clock, recorder, read, sum } = await start(t)
  recorder.ran('finished', 1)
  await recorder.flush()
  t.equal(await sum('finished'), 1)
  server.signal('SIGKILL')
  await waitFor('the connection to be gone', () => redis.status !== 'ready')
  clock.movedMs -= 10 * MINUTE_MS
  recorder.ran('failed', 1)
  await t.rejects(recorder.flush(), { code: 'RQD_REDIS' })
  clock.movedMs += 10 * MINUTE_MS
  recorder.ran('failed', 1)
  await t.rejects(recorder.flush(), { code: 'RQD_REDIS' })
  await server.restart()
  await waitFor('the connection to be back', () => redis.status === 'ready')
  await recorder.flush()
  t.equal(await sum('finished'), 0, 'the new server began with nothing, and nothing is written twice')
  const failed = (await read()).filter(({ failed }) => failed > 0)
  t.strictSame(
    failed.map((minute) => minute.failed),
    [1, 1],
  )
  const apartMs = (failed[1]?.startMs ?? 0) - (failed[0]?.startMs ?? 0)
  t.ok([10, 11].includes(apartMs / MINUTE_MS), `${apartMs} ms apart`)
})

t.test('C11: the minute is that of the clock of Redis, however wrong the clock of the host is', async (t) => {
  const { recorder, read } = await start(t, 7 * 3_600_000)
  recorder.ran('finished', 1)
  await recorder.flush()
  recorder.ran('finished', 1)
  await recorder.flush()
  const last = (await read()).slice(-3)
  t.equal(
    last.reduce((total, { finished }) => total + finished, 0),
    2,
  )
})

t.test('C11: what is kept is bounded: of more than a day the oldest goes', async (t) => {
  const { clock, recorder, sum } = await start(t)
  clock.movedMs -= (MOST_MINUTES + 60) * MINUTE_MS
  for (let i = 0; i < MOST_MINUTES + 60; i++) {
    recorder.ran('finished', 1)
    clock.movedMs += MINUTE_MS
  }
  await recorder.flush()
  const kept = await sum('finished')
  t.ok(kept >= MOST_MINUTES - 2 && kept <= MOST_MINUTES, `${kept} minutes`)
})

t.test('a recorder that is stopped writes what is left, and says so where it cannot', async (t) => {
  const { server, redis, logger, recorder, sum } = await start(t)
  await recorder.stop()
  t.strictSame(logger.lines, [], 'stopped before it was started: nothing is to be done')
  const another = new HistoryRecorder({ redis, keys, clock: systemClock, random: systemRandom, logger })
  await another.start()
  another.waited(1)
  await another.stop()
  await another.stop()
  t.equal(await sum('waits'), 1)
  const last = new HistoryRecorder({ redis, keys, clock: systemClock, random: systemRandom, logger })
  await last.start()
  server.signal('SIGKILL')
  await waitFor('the connection to be gone', () => redis.status !== 'ready')
  last.waited(1)
  await last.stop()
  t.equal(logger.count('warn the last minutes are not in the history: Redis did not take them'), 1)
})
