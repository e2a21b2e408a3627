import t from 'tap'
import { Job } from '../../src/index.js'
import { parseIso } from '../../src/job/time.js'
import { Factory } from '../helpers/factory.js'
import { goldenJobs, loadGolden, restoreGolden } from '../helpers/golden.js'
import { startRedis } from '../helpers/redis.js'

// RQ 3.0dev limits how many jobs of one key run at a time. Two jobs of it: rl-1 has the only slot, rl-2 waits for it.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const sample = loadGolden('3.0dev--rate-limited')
t.beforeEach(async () => {
  await client.flushall()
  await restoreGolden(client, sample)
})

const connection = client
const allowed = (): Promise<string[]> => client.zrange('rq:rl:key1:allowed', 0, '-1')

async function claimed(): Promise<Awaited<ReturnType<Factory['claim']>>> {
  await make.register('sup', { queues: ['default'] })
  return make.claim('sup', ['default'], 1)
}

const ends: Record<string, () => Promise<unknown>> = {
  'is canceled': async () => (await Job.fetch('rl-1', { connection })).cancel(),
  'is deleted': async () => (await Job.fetch('rl-1', { connection })).delete(),
  finishes: async () => make.finish(await claimed()),
  'finishes and is deleted': async () => make.finish(await claimed(), { resultTtlSec: 0 }),
  fails: async () => make.fail(await claimed()),
  'is tried again later': async () => make.retry(await claimed(), { delaySec: 60 }),
}

for (const [how, end] of Object.entries(ends)) {
  void t.test(`J12, P3: a job that ${how} gives its slot to the one that waits`, async (t) => {
    const before = Date.now()
    await end()
    t.strictSame(await allowed(), ['rl-2'])
    t.equal(await client.exists('rq:rl:key1:rate_limited'), 0)
    t.strictSame(await make.list('default'), ['rl-2'])
    const job = await make.job('rl-2')
    t.match(job, { status: 'queued' })
    const enqueuedAtMs = parseIso(job['enqueued_at'] ?? '')
    t.ok(Math.abs(enqueuedAtMs - before) < 60_000, job['enqueued_at'] ?? 'none')
  })
}

void t.test('one that is tried again at once, or handed back, keeps it', async (t) => {
  await make.retry(await claimed())
  t.strictSame(await allowed(), ['rl-1'])
  await make.handBack(await claimed())
  t.strictSame(await allowed(), ['rl-1'])
})

void t.test('one that waits and is canceled waits no more', async (t) => {
  await (await Job.fetch('rl-2', { connection })).cancel()
  t.equal(await client.exists('rq:rl:key1:rate_limited'), 0)
  t.strictSame(await allowed(), ['rl-1'])
})

void t.test('those that are gone, or wait no more, are passed over; one at the front goes to the front', async (t) => {
  const fields = goldenJobs(sample).get('rl-2')
  await client.hset(keys.job('rl-3'), Object.fromEntries(fields ?? []))
  await client.hset(keys.job('rl-3'), 'enqueue_at_front', '1')
  await client.hset(keys.job('rl-2'), 'status', 'canceled')
  await client.zadd('rq:rl:key1:rate_limited', 1, 'gone', 9_999_999_999, 'rl-3')
  await client.rpush(keys.queue('default'), 'other')
  await (await Job.fetch('rl-1', { connection })).cancel()
  t.strictSame(await make.list('default'), ['rl-3', 'other'])
  t.strictSame(await allowed(), ['rl-3'])
})

void t.test('keys that hold something else stop no job from ending', async (t) => {
  await client.del('rq:rl:key1')
  await client.set('rq:rl:key1', 'x')
  t.strictSame(await make.finish(await claimed()), ['finished'])
  t.strictSame(await allowed(), [])
  t.strictSame(await client.zrange('rq:rl:key1:rate_limited', 0, '-1'), ['rl-2'])
})
