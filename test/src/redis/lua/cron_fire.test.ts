import t from 'tap'
import { announceScheduler, fireTick, holdEntries, type Firing } from '../../../../src/redis/cron-store.js'
import { packJob } from '../../../../src/redis/pack-job.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
  await holdEntries(client, keys, 'a', {
    entries: [{ name: 'e', schedule: 'every 60', shown: '{}' }],
    leaseMs: 60_000,
    sinceMs: 0,
  })
})

function fire(
  tickMs: number,
  more: {
    scheduler?: string
    schedule?: string
    jobId?: string
    ttlSec?: number
    atFront?: boolean
    group?: string
  } = {},
): Promise<Firing> {
  const { scheduler = 'a', schedule = 'every 60', jobId = `j${tickMs}`, ttlSec = 0, atFront = false, group } = more
  const placement =
    group === undefined ? undefined : { due: '', enqueuedAt: laterIso, allowFailure: false, group, parents: [] }
  const fields = new Map(Object.entries(plainFields('q')))
  const packed = packJob({ jobId, queue: 'q', fields, ttlSec, atFront, unique: false, placement })
  return fireTick(client, keys, scheduler, { entry: 'e', schedule, tickMs, nowIso: laterIso, packed })
}

t.test('J20 a tick puts its job on the queue and is remembered, in one step; then it is past', async (t) => {
  t.equal(await fire(60_000), 'fired')
  t.strictSame(await make.list(), ['j60000'])
  t.strictSame(await make.job('j60000'), plainFields('q'))
  t.strictSame(await client.smembers(keys.queues), [keys.queue('q')])
  t.match(await client.hgetall(keys.cronEntry('e')), { last: '60000', last_job: 'j60000', enqueued_at: laterIso })
  t.strictSame(await client.zrange(keys.cronJobs('e'), 0, '-1'), ['j60000'])
  await ttlIs(t, client, keys.cronJobs('e'), 31_536_000)
  const before = await dump(client)
  t.equal(await fire(60_000, { jobId: 'again' }), 'past')
  t.equal(await fire(59_999, { jobId: 'earlier' }), 'past')
  t.strictSame(await dump(client), before, 'nothing is written')
  t.equal(await fire(120_000), 'fired')
  t.strictSame(await make.list(), ['j60000', 'j120000'])
})

t.test('J20 nobody fires but who holds the entry, with the schedule that it has now', async (t) => {
  const before = await dump(client)
  t.equal(await fire(60_000, { scheduler: 'b' }), 'lost')
  t.equal(await fire(60_000, { schedule: 'every 30' }), 'lost')
  t.strictSame(await dump(client), before)
  await client.del(keys.cronEntry('e'))
  t.equal(await fire(60_000), 'lost')
  t.strictSame(await make.list(), [])
})

t.test('ttl, place at the front and group are kept', async (t) => {
  await make.enqueue('waiting')
  t.equal(await fire(1, { ttlSec: 70, atFront: true, group: 'g' }), 'fired')
  t.strictSame(await make.list(), ['j1', 'waiting'])
  await ttlIs(t, client, keys.job('j1'), 70)
  t.strictSame(await client.smembers(keys.group('g')), ['j1'])
})

t.test('where a key holds something else nothing is written, and it is said which', async (t) => {
  for (const key of [keys.queue('q'), keys.queues, keys.job('j5')]) {
    await client.set(key, 'x')
    const before = await dump(client)
    t.strictSame(await fire(5), { refused: `WRONGTYPE ${key} holds a string, not ${kindOf(key)}` })
    t.strictSame(await dump(client), before)
    await client.del(key)
  }
  await client.set(keys.cronJobs('e'), 'x')
  t.equal(await fire(5), 'fired', 'the list for viewers stops nobody')
  await client.set(keys.cronEntry('e'), 'x')
  t.match(await fire(6), { refused: /holds a string, not a cron entry/ })
})

t.test('the last thousand jobs of an entry are kept', async (t) => {
  const old = Array.from({ length: 1_000 }, (_, i) => [i, `old${i}`]).flat()
  await client.zadd(keys.cronJobs('e'), ...old)
  await fire(60_000)
  t.equal(await client.zcard(keys.cronJobs('e')), 1_000)
  t.strictSame(await client.zrange(keys.cronJobs('e'), '-1', '-1'), ['j60000'])
  t.equal(await client.zscore(keys.cronJobs('e'), 'old0'), null)
})

t.test('P4 a scheduler is shown where RQ looks for it, unless something else is there', async (t) => {
  const call = { now: '12.5', ttlSec: 60, fields: { name: 's', cron_jobs: '[]' } }
  await announceScheduler(client, keys, 's', call)
  t.strictSame(await client.zrange(keys.cronSchedulers, 0, '-1', 'WITHSCORES'), ['s', '12.5'])
  t.strictSame(await client.hgetall(keys.cronScheduler('s')), { name: 's', cron_jobs: '[]' })
  await ttlIs(t, client, keys.cronScheduler('s'), 60)
  await client.set(keys.cronSchedulers, 'x')
  const before = await dump(client)
  await announceScheduler(client, keys, 's', { ...call, now: '13' })
  t.strictSame(await dump(client), before)
})

function kindOf(key: string): string {
  return key === keys.queues ? 'the set of known queues' : key === keys.queue('q') ? 'a list of job ids' : 'a job'
}
