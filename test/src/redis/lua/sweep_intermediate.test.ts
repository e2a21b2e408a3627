import t from 'tap'
import { sweepIntermediate, type IntermediateSweep } from '../../../../src/redis/sweep-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, plainFields, ttlIs } from '../../../helpers/factory.js'
import { loadGolden, restoreGolden } from '../../../helpers/golden.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

/** A job whose id a Python worker has moved to the intermediate list. */
async function take(id: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  await client.hset(keys.job(id), { ...plainFields('q'), ...fields })
  await client.rpush(keys.intermediate('q'), id)
}

function sweep(ageMs = 60_000, more: { queue?: string; limit?: number } = {}): Promise<IntermediateSweep> {
  return sweepIntermediate(client, keys, { queue: 'q', nowIso: laterIso, ageMs, ...more })
}

/** A sweep that notes what it sees, and one that finds it old enough. */
async function sweepTwice(): Promise<IntermediateSweep> {
  await sweep()
  return sweep(0)
}

const left = (): Promise<string[]> => client.lrange(keys.intermediate('q'), 0, -1)

void t.test('an id is noted first, and left alone until it is old enough', async (t) => {
  await take('a')
  t.strictSame(await sweep(), { returned: [], removed: 0, noted: 1 })
  t.strictSame(await sweep(), { returned: [], removed: 0, noted: 1 })
  t.strictSame(await left(), ['a'])
  t.strictSame(await make.list(), [])
  await ttlIs(t, client, keys.intermediateSeen('q'), 86_400)
  await waitFor('it to be old enough', async () => (await sweep(50)).returned.length === 1)
})

void t.test('a job that never started goes back to the front, spending nothing', async (t) => {
  await make.enqueue('b')
  await take('a', { retries_left: '2', ttl: '70' })
  await client.set(`${keys.intermediate('q')}:first_seen:a`, '1795424409.339149')
  t.strictSame(await sweepTwice(), { returned: ['a'], removed: 0, noted: 0 })
  t.strictSame(await make.list(), ['a', 'b'])
  t.match(await make.job('a'), { status: 'queued', enqueued_at: nowIso, retries_left: '2' })
  await ttlIs(t, client, keys.job('a'), 70)
  t.equal(
    await client.exists(keys.intermediate('q'), keys.intermediateSeen('q'), `${keys.intermediate('q')}:first_seen:a`),
    0,
  )
})

void t.test('what RQ 2.10 leaves behind is returned', async (t) => {
  await restoreGolden(client, loadGolden('2.10--intermediate'))
  await sweep(60_000, { queue: 'default' })
  t.strictSame(await sweep(0, { queue: 'default' }), { returned: ['mid-1'], removed: 0, noted: 0 })
  t.strictSame(await make.list('default'), ['mid-1'])
  t.equal(await client.exists(`${keys.intermediate('default')}:first_seen:mid-1`, keys.intermediate('default')), 0)
})

void t.test('an id whose job has gone on, or is gone, is just removed', async (t) => {
  for (const status of ['started', 'finished', 'failed', 'stopped', 'canceled', 'scheduled']) {
    await take(status, { status })
    await client.set(`${keys.intermediate('q')}:first_seen:${status}`, '1')
  }
  await client.rpush(keys.intermediate('q'), 'missing')
  t.strictSame(await sweep(), { returned: [], removed: 7, noted: 0 })
  t.strictSame(await left(), [])
  t.strictSame(await make.list(), [])
  t.equal((await make.job('finished'))['status'], 'finished')
  t.equal(await client.exists(`${keys.intermediate('q')}:first_seen:finished`), 0)
})

void t.test('an id that stands among the started jobs is somebody’s', async (t) => {
  await take('bare')
  await take('modern')
  await take('elsewhere', { origin: 'home' })
  await client.zadd(keys.started('q'), 1, 'bare', 1, 'modern:e1')
  await client.zadd(keys.started('home'), 1, 'elsewhere')
  await client.zadd(keys.executions('modern'), 2_000_000_000, 'e1')
  const before = await dump(client)
  t.strictSame(await sweepTwice(), { returned: [], removed: 0, noted: 0 })
  t.strictSame(await dump(client), before)
})

void t.test('a job that came anew since it was noted starts its time again', async (t) => {
  await take('a')
  await sweep()
  await client.hset(keys.job('a'), 'enqueued_at', laterIso)
  t.strictSame(await sweep(60_000), { returned: [], removed: 0, noted: 1 })
  t.strictSame(await left(), ['a'])
  await client.del(keys.intermediate('q'))
  await sweep()
  t.equal(await client.exists(keys.intermediateSeen('q')), 0, 'what is gone is forgotten')
})

void t.test('an id that waits on its queue, or that we hold, is not put on the queue again', async (t) => {
  await make.register()
  await make.enqueue(['held', 'waiting'])
  await make.claim('sup', ['q'], 1)
  await client.rpush(keys.intermediate('q'), 'held', 'waiting')
  t.strictSame(await sweepTwice(), { returned: [], removed: 2, noted: 0 })
  t.strictSame(await make.list(), ['waiting'])
  t.strictSame(await left(), [])
})

void t.test('an id that is there twice is returned once', async (t) => {
  await take('a')
  await client.rpush(keys.intermediate('q'), 'a')
  t.strictSame((await sweepTwice()).returned, ['a'])
  t.strictSame(await make.list(), ['a'])
  t.strictSame(await left(), [])
})

void t.test('a job without status or time is returned too', async (t) => {
  await client.hset(keys.job('bare'), 'data', '[]')
  await client.rpush(keys.intermediate('q'), 'bare')
  t.strictSame((await sweepTwice()).returned, ['bare'])
  t.match(await make.job('bare'), { status: 'queued', enqueued_at: laterIso })
})

void t.test('a call looks at a bounded number of ids', async (t) => {
  for (const id of ['a', 'b', 'c']) await take(id)
  await sweep(60_000, { limit: 2 })
  t.strictSame((await sweep(0, { limit: 2 })).returned, ['a', 'b'])
  t.strictSame(await left(), ['c'])
})

void t.test('keys of a wrong type are left alone', async (t) => {
  await take('a')
  await client.set(keys.queue('q'), 'text')
  t.strictSame(await sweepTwice(), { returned: [], removed: 0, noted: 0 })
  t.strictSame(await left(), ['a'])
  await client.set(keys.intermediate('other'), 'text')
  t.strictSame(await sweep(0, { queue: 'other' }), { returned: [], removed: 0, noted: 0 })
})
