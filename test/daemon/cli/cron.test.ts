import { stripVTControlCharacters } from 'node:util'
import t, { type Test } from 'tap'
import { CronScheduler } from '../../../src/index.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'
import { sampleCron } from '../control/fake-operations.js'
import { dataOf, startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

// Entries as schedulers leave them; `until` lies far ahead, so the holder counts as alive.
async function serveSample(t: Test) {
  const redis = await startRedis(t)
  const keys = createKeys()
  for (const [i, { name, holder, lastTick, lastJobId, nextTick: _, ...shown }] of sampleCron.entries()) {
    const last = lastTick === null ? {} : { last: Date.parse(lastTick), last_job: lastJobId, since: 0 }
    const held = holder === null ? {} : { holder, until: 9e15 }
    await redis.client.hset(keys.cronEntry(name), { shown: JSON.stringify(shown), ...last, ...held })
    await redis.client.zadd(keys.cronEntries, i, name)
  }
  return startServer(t, { data: dataOf(t, redis) })
}

t.test('cron for people, from the daemon', async (t) => {
  const { path } = await serveSample(t)
  const { code, stdout, stderr } = await runRqctl(['cron', '--socket', path])
  t.equal(code, 0)
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/))
  const next = lines[1]?.splice(4, 1)[0] ?? ''
  t.match(next, /^\d{4}-\d\d-\d\dT0[12]:00:00Z$/)
  t.strictSame(lines, [
    ['NAME', 'SCHEDULE', 'ZONE', 'QUEUE', 'NEXT', 'LAST', 'LAST JOB', 'FUNCTION', 'HELD BY'],
    // prettier-ignore
    ['nightly', '0 3 * * *', 'Europe/Berlin', 'low', '2026-11-24T02:00:00Z', '7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11', 'reports.build', 'box:42:0c4e11'],
    ['poll \\x1b[31m', 'every 1m 30s', '-', 'high', '-', '-', '-', 'mail.poll', '-'],
    [''],
  ])
  t.equal(stderr, 'rqctl: no scheduler looks after "poll \\u001b[31m"\n')
  const document: unknown = JSON.parse((await runRqctl(['cron', '--json', '--socket', path])).stdout)
  t.match(document, { entries: sampleCron.map(({ nextTick: _, ...entry }) => entry) })
})

t.test('it fits the screen', async (t) => {
  const { path } = await serveSample(t)
  for (const columns of [80, 90, 100, 130, 150, 200]) {
    const { stdout } = await runRqctl(['cron', '--socket', path], { columns })
    for (const line of stripVTControlCharacters(stdout).split('\n')) t.ok(line.length <= columns, line)
  }
})

t.test('where no daemon runs, or Redis is named, it is read from Redis', async (t) => {
  const redis = await startRedis(t)
  const env = { XDG_RUNTIME_DIR: redis.folder, RQ_REDIS_URL: redis.url }
  t.same(await runRqctl(['cron'], { env }), { code: 0, stdout: 'There are no cron entries.\n', stderr: '' })
  const cron = new CronScheduler({ connection: redis.client, name: 'me' })
  await cron.register('a.b', { name: 'yearly', cron: '@yearly', timeZone: 'Asia/Tokyo', backfill: true })
  await cron.register('a.b', { interval: '1h' })
  const { firings } = await cron.step()
  const keys = createKeys()
  // What others have left, or hostile hands: it hides nothing else.
  await redis.client.hset(keys.cronEntry('odd'), { shown: '{"func":"a.b","queue":"q","cron":"nonsense"}', until: 'x' })
  await redis.client.hset(keys.cronEntry('worse'), { shown: '[' })
  await redis.client.set(keys.cronEntry('text'), 'x')
  await redis.client.zadd(keys.cronEntries, 1, 'odd', 2, 'worse', 3, 'text', 4, 'gone')
  const { stdout, stderr } = await runRqctl(['cron', '--json'], { env })
  t.match(JSON.parse(stdout), {
    entries: [
      {
        name: 'a.b',
        intervalSec: 3_600,
        lastJobId: firings[0]?.jobId,
        lastTick: String,
        nextTick: String,
        holder: 'me',
      },
      { name: 'odd', cron: 'nonsense', nextTick: null, holder: null },
      { name: 'yearly', timeZone: 'Asia/Tokyo', backfill: true, nextTick: /-12-31T15:00:00\.000Z$/, lastTick: null },
    ],
  })
  t.equal((JSON.parse(stdout) as { entries: unknown[] }).entries.length, 3)
  t.equal(stderr, 'rqctl: no scheduler looks after "odd"\n')
  t.match((await runRqctl(['cron', '-u', redis.url])).stdout, /^yearly +@yearly +Asia\/Tokyo/m)
})
