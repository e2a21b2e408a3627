import t from 'tap'
import { fireTick, holdEntries, releaseEntries, type EntryState } from '../../../../src/redis/cron-store.js'
import { packJob } from '../../../../src/redis/pack-job.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, plainFields } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const { keys } = new Factory(client)
t.beforeEach(async () => {
  await client.flushall()
})

async function hold(
  scheduler: string,
  schedule = 'every 60',
  sinceMs: number | undefined = 1_000,
  name = 'e',
): Promise<EntryState | undefined> {
  const entries = [{ name, schedule, shown: '{}' }]
  return (await holdEntries(client, keys, scheduler, { entries, leaseMs: 60_000, sinceMs })).states[0]
}

const lapse = (): Promise<number> => client.hset(keys.cronEntry('e'), 'until', 1)

const fire = (scheduler: string, tickMs: number): Promise<unknown> => {
  const fields = new Map(Object.entries(plainFields('q')))
  const packed = packJob({ jobId: `j${tickMs}`, queue: 'q', fields, ttlSec: 0, atFront: false, unique: false })
  return fireTick(client, keys, scheduler, { entry: 'e', schedule: 'every 60', tickMs, nowIso: laterIso, packed })
}

t.test('J20 an entry is held by one scheduler at a time, and by another when the lease has run out', async (t) => {
  const fresh = { holder: 'a', sinceMs: 1_000, lastMs: undefined, lastJobId: undefined, enqueuedAt: undefined }
  t.strictSame(await hold('a'), fresh)
  t.strictSame(await hold('b', 'every 60', 2_000), fresh, 'what counts is when it was first seen')
  t.match(await hold('a'), fresh)
  await lapse()
  t.match(await hold('b', 'every 60', 3_000), { holder: 'b', sinceMs: 1_000 })
  t.match(await hold('a'), { holder: 'b' })
  const until = Number(await client.hget(keys.cronEntry('e'), 'until'))
  const [sec] = await client.time()
  t.ok(until > Number(sec) * 1000 && until <= Number(sec) * 1000 + 61_000, 'the lease is on the clock of Redis')
  t.strictSame(await client.zrange(keys.cronEntries, 0, '-1'), ['e'])
})

t.test('a lease that is kept does not end, and one that was given back is free at once', async (t) => {
  await hold('a')
  await client.hset(keys.cronEntry('e'), 'until', 1)
  t.match(await hold('a'), { holder: 'a' })
  t.match(await hold('b'), { holder: 'a' })
  t.equal(await releaseEntries(client, keys, 'b', ['e', 'none']), 0)
  t.match(await hold('b'), { holder: 'a' }, 'not by somebody else')
  await client.zadd(keys.cronSchedulers, 1, 'a', 1, 'b')
  t.equal(await releaseEntries(client, keys, 'a', ['e']), 1)
  t.strictSame(await client.zrange(keys.cronSchedulers, 0, '-1'), ['b'])
  t.match(await hold('b'), { holder: 'b' })
})

t.test('what has fired is remembered across holders; another schedule starts anew', async (t) => {
  await hold('a')
  t.equal(await fire('a', 61_000), 'fired')
  await lapse()
  const known = { holder: 'b', sinceMs: 1_000, lastMs: 61_000, lastJobId: 'j61000', enqueuedAt: laterIso }
  t.strictSame(await hold('b'), known)
  t.match(await hold('a', 'every 30', 9_000), known, 'the schedule of the holder counts')
  await lapse()
  t.strictSame(await hold('a', 'every 30', 9_000), {
    holder: 'a',
    sinceMs: 9_000,
    lastMs: undefined,
    lastJobId: undefined,
    enqueuedAt: undefined,
  })
})

t.test('without a time given, a new entry counts from now by the clock of Redis', async (t) => {
  const entries = [{ name: 'e', schedule: 'x', shown: '{}' }]
  const { nowMs, states } = await holdEntries(client, keys, 'a', { entries, leaseMs: 60_000, sinceMs: undefined })
  t.equal(states[0]?.sinceMs, nowMs)
  t.ok(Math.abs(nowMs - Number((await client.time())[0]) * 1000) < 5_000)
  const ttl = await client.ttl(keys.cronEntry('e'))
  t.ok(ttl > 364 * 86_400, 'it is remembered for a year')
})

t.test('an entry whose key holds something else is left alone, beside others', async (t) => {
  await client.set(keys.cronEntry('bad'), 'x')
  const before = (await dump(client))[keys.cronEntry('bad')]
  const entries = ['bad', 'good'].map((name) => ({ name, schedule: 'x', shown: '{}' }))
  const { states } = await holdEntries(client, keys, 'a', { entries, leaseMs: 60_000, sinceMs: 0 })
  t.match(states, [undefined, { holder: 'a' }])
  t.strictSame((await dump(client))[keys.cronEntry('bad')], before)
})

t.test('C12 an entry whose times nobody can read starts anew', async (t) => {
  for (const [field, value] of [
    ['since', 'soon'],
    ['since', '-5'],
    ['last', 'never'],
    ['last', '9e15'],
    ['last', 'nan'],
  ] as const) {
    await client.flushall()
    await hold('a')
    await client.hset(keys.cronEntry('e'), field, value)
    const state = await hold('a', 'every 60', 7_000)
    t.match(state, { holder: 'a', sinceMs: 7_000, lastMs: undefined }, `${field} ${value}`)
    t.equal(await fire('a', 67_000), 'fired')
  }
  await client.hset(keys.cronEntry('e'), { until: 'x' })
  t.match(await hold('b'), { holder: 'b' }, 'a lease that nobody can read has run out')
})
