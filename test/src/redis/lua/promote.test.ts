import t from 'tap'
import { promote, retireScheduler, type Promotion } from '../../../../src/redis/scheduler-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const nowSec = async (): Promise<number> => Number((await client.time())[0])

function run(name = '1000', queues: readonly string[] = ['q'], limit = 100): Promise<Promotion> {
  const scheduler = { name, fields: { hostname: 'box', pid: '42', created_at: laterIso } }
  return promote(client, keys, scheduler, { queues, ttlSec: 5, nowIso: laterIso, limit })
}

/** A scheduled job that is due so many seconds from now. */
async function schedule(
  id: string,
  fromNowSec: number,
  fields: Record<string, string> = {},
  queue = 'q',
): Promise<void> {
  const plain: Record<string, string> = { ...plainFields(queue), status: 'scheduled', enqueued_at: '' }
  await client.hset(keys.job(id), { ...plain, ...fields })
  await client.zadd(keys.scheduled(queue), (await nowSec()) + fromNowSec, id)
}

void t.test('J20 due jobs go to the end of their queue, the earliest first; others stay', async (t) => {
  await make.enqueue('waiting')
  await schedule('late', -10)
  await schedule('early', -20)
  await schedule('future', 100)
  const found = await run()
  t.strictSame(await make.list(), ['waiting', 'early', 'late'])
  t.strictSame(
    found.queued.map(({ jobId, queue }) => `${queue} ${jobId}`),
    ['q early', 'q late'],
  )
  t.match(await make.job('early'), { status: 'queued', enqueued_at: laterIso })
  t.strictSame(await client.zrange(keys.scheduled('q'), 0, '-1'), ['future'])
  t.ok(await client.sismember(keys.queues, keys.queue('q')))
  t.equal(found.nextMs, 60_000, 'at most a minute')
  await client.zadd(keys.scheduled('q'), (await nowSec()) + 40, 'future')
  const { nextMs = 0 } = await run()
  t.ok(nextMs > 20_000 && nextMs <= 40_000, String(nextMs))
  await client.del(keys.scheduled('q'))
  t.equal((await run()).nextMs, undefined)
})

void t.test('J20 a call says how long it is until the next whole second', async (t) => {
  const nowMs = async (): Promise<number> => {
    const [sec, us] = await client.time()
    return Number(sec) * 1_000 + Math.floor(Number(us) / 1_000)
  }
  const before = await nowMs()
  const { secondMs } = await run()
  const latest = (await nowMs()) + secondMs
  t.ok(secondMs >= 1 && secondMs <= 1_000, String(secondMs))
  t.ok(latest - (latest % 1_000) >= before + secondMs, `a whole second from ${before + secondMs} to ${latest}`)
})

void t.test('a promoted job gets its ttl, and its place at the front if it asked for one', async (t) => {
  await make.enqueue('waiting')
  await schedule('ttl', -1, { ttl: '70' })
  await schedule('front', -1, { enqueue_at_front: '1' })
  await schedule('again', -1, { enqueue_at_front_on_retry: '1', started_at: laterIso })
  await schedule('first-time', -1, { enqueue_at_front_on_retry: '1', started_at: '' })
  await schedule('odd', -1, { ttl: '1.5' })
  await run()
  const list = await make.list()
  t.strictSame(list.slice(0, 2).sort(), ['again', 'front'])
  t.strictSame(list.slice(2).sort(), ['first-time', 'odd', 'ttl', 'waiting'])
  await ttlIs(t, client, keys.job('ttl'), 70)
  await ttlIs(t, client, keys.job('odd'), -1)
})

void t.test('a call is bounded, and says that there is more', async (t) => {
  for (let i = 0; i < 7; i++) await schedule(`job-${i}`, i - 20)
  t.match(await run('1000', ['q', 'r'], 3), { nextMs: 0, queued: { length: 3 } })
  t.match(await run('1000', ['q', 'r'], 3), { nextMs: 0, queued: { length: 3 } })
  t.match(await run('1000', ['q', 'r'], 3), { nextMs: undefined, queued: { length: 1 } })
  t.strictSame(
    await make.list(),
    [0, 1, 2, 3, 4, 5, 6].map((i) => `job-${i}`),
  )
})

void t.test('an entry without a job is looked at again for some seconds, holds up nobody, and goes', async (t) => {
  await client.zadd(keys.scheduled('q'), 1, 'ghost', 1, 'late-hash')
  await schedule('real', -1)
  const beforeSec = await nowSec()
  t.match(await run('1000', ['q'], 3), { queued: [{ jobId: 'real' }], dropped: [] })
  const score = Number(await client.zscore(keys.scheduled('q'), 'ghost'))
  t.ok(score > beforeSec, 'it is put off')
  await client.hset(keys.job('late-hash'), { ...plainFields('q'), status: 'scheduled' })
  let looks = 1
  for (let dropped = 0; dropped === 0; looks++) {
    // As if the time had come.
    for (const id of ['ghost', 'late-hash']) {
      const found = await client.zscore(keys.scheduled('q'), id)
      if (found !== null) await client.zadd(keys.scheduled('q'), Number(found) - 100, id)
    }
    const done = await run()
    dropped = done.dropped.length
    if (dropped > 0) t.strictSame(done.dropped, [{ jobId: 'ghost', queue: 'q' }])
  }
  t.equal(looks, 5)
  t.strictSame(await make.list(), ['real', 'late-hash'], 'a job whose hash came after its entry is not lost')
  t.equal(await client.exists(keys.scheduled('q')), 0)
})

void t.test('a canceled job is not queued', async (t) => {
  await schedule('off', -1, { status: 'canceled' })
  t.match(await run(), { queued: [], dropped: [{ jobId: 'off' }] })
  t.strictSame(await make.list(), [])
  t.equal((await make.job('off'))['status'], 'canceled')
})

void t.test('W18 of several schedulers one holds the lock, and only that one moves jobs', async (t) => {
  t.strictSame((await run('1000')).held, ['q'])
  await schedule('job', -1)
  t.match(await run('2000', ['q', 'r']), { held: ['r'], queued: [] })
  t.strictSame(await make.list(), [])
  t.match(await run('1000'), { queued: [{ jobId: 'job' }] })
  t.equal(await client.get(keys.schedulerLock('q')), '1000')
  await ttlIs(t, client, keys.schedulerLock('q'), 5)
  t.match(await client.hgetall(keys.scheduler('2000')), {
    hostname: 'box',
    pid: '42',
    queues: 'r',
    last_heartbeat: laterIso,
  })
  await ttlIs(t, client, keys.scheduler('2000'), 5)
})

void t.test('a lock of RQ’s scheduler is respected, and a lost one is not taken back', async (t) => {
  await schedule('job', -1)
  await client.set(keys.schedulerLock('q'), '4711', 'EX', 61)
  t.match(await run(), { held: [], queued: [], nextMs: undefined })
  t.ok((await client.ttl(keys.schedulerLock('q'))) > 50)
  t.equal(await client.exists(keys.scheduler('1000')), 0, 'who holds nothing shows nothing')
  t.equal(await retireScheduler(client, keys, '1000', ['q']), 0)
  t.equal(await client.get(keys.schedulerLock('q')), '4711')
})

void t.test('a scheduler that retires gives back what is its own, and another takes over at once', async (t) => {
  await run('1000', ['q', 'r'])
  await client.set(keys.schedulerLock('r'), '2000')
  t.equal(await retireScheduler(client, keys, '1000', ['q', 'r']), 1)
  t.strictSame(Object.keys(await dump(client)), [keys.schedulerLock('r')])
  t.strictSame((await run('3000', ['q', 'r'])).held, ['q'])
})

void t.test('keys of a wrong type stop their own queue and no other', async (t) => {
  await schedule('stuck', -1)
  await client.set(keys.queue('q'), 'text')
  await schedule('fine', -1, {}, 'r')
  await client.set(keys.scheduled('s'), 'text')
  await client.rpush(keys.schedulerLock('t'), 'text')
  await client.rpush(keys.scheduler('1000'), 'text')
  const found = await run('1000', ['q', 's', 't', 'r'])
  t.strictSame(found.blocked, ['q', 's'])
  t.strictSame(found.held, ['q', 's', 'r'])
  t.strictSame(await make.list('r'), ['fine'])
  t.ok(await client.zscore(keys.scheduled('q'), 'stuck'), 'it goes on waiting')
})
