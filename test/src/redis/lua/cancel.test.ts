import t from 'tap'
import { cancelJob } from '../../../../src/redis/job-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, scoreIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const cancel = (jobId: string, enqueueDependents = false): ReturnType<typeof cancelJob> =>
  cancelJob(client, keys, { jobId, enqueueDependents, nowIso: laterIso })

async function defer(child: string, parents: readonly string[]): Promise<void> {
  await client.hset(keys.job(child), { data: '[]', created_at: nowIso, status: 'deferred', origin: 'q' })
  await client.zadd(keys.deferred('q'), 1, child)
  for (const parent of parents) await client.sadd(keys.dependents(parent), child)
  await client.sadd(keys.dependencies(child), ...parents)
}

/** Where the id of a job lies. */
async function places(id: string): Promise<string[]> {
  const all = await dump(client)
  return Object.entries(all).flatMap(([key, { type, content }]) => {
    const members = Array.isArray(content) ? content : type === 'zset' ? Object.keys(content as object) : []
    return members.some((member) => member === id || String(member).startsWith(`${id}:`)) ? [key] : []
  })
}

void t.test(
  'J12: a job that waits is taken off its queue, every time it is on it, and filed as canceled',
  async (t) => {
    await make.enqueue(['a', 'b'])
    await client.rpush(keys.queue('q'), 'a')
    t.strictSame(await cancel('a'), { outcome: 'done', status: 'queued' })
    t.strictSame(await make.list(), ['b'])
    t.strictSame(await places('a'), [keys.canceled('q')])
    t.equal((await make.job('a'))['status'], 'canceled')
    await scoreIs(t, client, keys.canceled('q'), 'a', 0)
  },
)

void t.test('J12: from every registry it goes to that of canceled jobs alone', async (t) => {
  for (const [status, registry] of [
    ['deferred', keys.deferred('q')],
    ['scheduled', keys.scheduled('q')],
    ['finished', keys.finished('q')],
    ['failed', keys.failed('q')],
    ['stopped', keys.failed('q')],
  ] as const) {
    await client.flushall()
    await client.hset(keys.job('a'), { data: '[]', status, origin: 'q' })
    await client.zadd(registry, 1, 'a', 1, 'b')
    t.strictSame(await cancel('a'), { outcome: 'done', status })
    t.strictSame(await places('a'), [keys.canceled('q')], status)
    t.strictSame(await client.zrange(registry, '0', '-1'), ['b'])
  }
})

void t.test('J12: a second call, and one for a job that is missing, write nothing', async (t) => {
  await make.enqueue('a')
  await cancel('a')
  await client.set(keys.job('text'), 'text')
  const before = await dump(client)
  t.strictSame(await cancel('a'), { outcome: 'refused', status: 'canceled' })
  t.strictSame(await cancel('nothing'), { outcome: 'missing', status: '' })
  t.strictSame(await cancel('text'), { outcome: 'missing', status: '' })
  t.strictSame(await dump(client), before)
})

void t.test('a running job is not among the started ones any more; its end files it anew, in one place', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await cancel('a'), { outcome: 'done', status: 'started' })
  t.equal(await client.zcard(keys.started('q')), 0)
  t.strictSame(await make.finish([claim]), ['finished'])
  t.equal((await make.job('a'))['status'], 'finished')
  t.strictSame(await places('a'), [keys.finished('q')])
})

void t.test('a running job that was canceled is not tried again', async (t) => {
  const claim = await make.running('a', { fields: { retries_left: '3' } })
  await cancel('a')
  t.strictSame(await make.retry([claim]), ['canceled'])
  t.strictSame(await places('a'), [keys.canceled('q')])
})

void t.test('J10: dependents go on waiting, or are queued where that is asked for', async (t) => {
  await make.enqueue(['parent', 'other'])
  await defer('child', ['parent'])
  await defer('grandchild', ['child'])
  await defer('both', ['parent', 'other'])
  await cancel('parent')
  t.same((await client.zrange(keys.deferred('q'), '0', '-1')).sort(), ['both', 'child', 'grandchild'])
  t.equal((await make.job('child'))['status'], 'deferred')
  await client.hset(keys.job('parent'), 'status', 'queued')
  await cancel('parent', true)
  t.strictSame(await make.list(), ['other', 'child'])
  t.match(await make.job('child'), { status: 'queued', enqueued_at: laterIso })
  t.same((await client.zrange(keys.deferred('q'), '0', '-1')).sort(), ['both', 'grandchild'])
  t.strictSame(await client.smembers(keys.dependents('parent')), ['both'])
})

void t.test('a canceled child is not queued when its parent finishes', async (t) => {
  const parent = await make.running('parent')
  await defer('child', ['parent'])
  await cancel('child')
  await make.finish([parent])
  t.strictSame(await make.list(), [])
  t.equal((await make.job('child'))['status'], 'canceled')
})

void t.test('where the registry is something else, nothing is written', async (t) => {
  await make.enqueue('a')
  await client.set(keys.canceled('q'), 'text')
  const before = await dump(client)
  await t.rejects(cancel('a'), { code: 'RQD_REDIS', message: /WRONGTYPE rq:canceled:q holds a string/ })
  t.strictSame(await dump(client), before)
})
