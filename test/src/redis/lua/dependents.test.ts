import t from 'tap'
import { Factory, laterIso, nowIso, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

/** A child as RQ's producers leave it. */
async function defer(
  child: string,
  parents: readonly string[],
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  const origin = fields['origin'] ?? 'children'
  await client.hset(keys.job(child), { data: '[]', created_at: nowIso, status: 'deferred', origin, ...fields })
  await client.zadd(keys.deferred(origin), 1, child)
  for (const parent of parents) await client.sadd(keys.dependents(parent), child)
  await client.sadd(keys.dependencies(child), ...parents)
}

void t.test('a child whose only parent has finished is queued', async (t) => {
  const parent = await make.running('parent')
  await defer('child', ['parent'])
  await make.finish([parent])
  t.strictSame(await make.list('children'), ['child'])
  t.match(await make.job('child'), { status: 'queued', enqueued_at: laterIso })
  t.equal(await client.zscore(keys.deferred('children'), 'child'), null)
  t.equal(await client.exists(keys.dependents('parent')), 0, 'nobody waits for the parent any more')
  t.ok(await client.sismember(keys.queues, keys.queue('children')), 'its queue is known')
  await ttlIs(t, client, keys.job('child'), -1)
})

void t.test('a child waits for all of its parents', async (t) => {
  const first = await make.running('first')
  await make.enqueue('second')
  const [second] = await make.claim()
  await make.start([second!])
  await defer('child', ['first', 'second'])
  await make.finish([first])
  t.strictSame(await make.list('children'), [])
  t.equal((await make.job('child'))['status'], 'deferred')
  t.ok(await client.sismember(keys.dependents('first'), 'child'), 'it stays on the list of the parent')
  await make.finish([second!])
  t.strictSame(await make.list('children'), ['child'])
})

void t.test('two parents that finish in one call queue the child once', async (t) => {
  await make.register()
  await make.enqueue(['first', 'second'])
  const claims = await make.claim()
  await defer('child', ['first', 'second'])
  t.strictSame(await make.finish(claims), ['finished', 'finished'])
  t.strictSame(await make.list('children'), ['child'])
})

void t.test('other parents that are gone count as met; stopped, canceled and queued ones do not', async (t) => {
  for (const [status, goes] of [
    ['', true],
    ['finished', true],
    ['failed', false],
    ['stopped', false],
    ['canceled', false],
    ['queued', false],
    ['started', false],
  ] as const) {
    await client.flushall()
    const parent = await make.running('parent')
    if (status !== '') await client.hset(keys.job('other'), 'status', status)
    await defer('child', ['parent', 'other'])
    await make.finish([parent])
    t.strictSame(await make.list('children'), goes ? ['child'] : [], `other parent: ${status || 'gone'}`)
  }
})

void t.test('a failed parent releases only children that allow failures', async (t) => {
  const parent = await make.running('parent')
  await client.hset(keys.job('other'), 'status', 'failed')
  await defer('strict', ['parent'])
  await defer('lenient', ['parent', 'other'], { allow_dependency_failures: '1' })
  await defer('denied', ['parent'], { allow_dependency_failures: '0' })
  await make.fail([parent])
  t.strictSame(await make.list('children'), ['lenient'])
  t.strictSame((await client.smembers(keys.dependents('parent'))).sort(), ['denied', 'strict'])
  t.equal((await make.job('strict'))['status'], 'deferred')
})

void t.test('a lenient child of a failed parent still waits for the running one', async (t) => {
  const parent = await make.running('parent')
  await client.hset(keys.job('other'), 'status', 'started')
  await defer('child', ['parent', 'other'], { allow_dependency_failures: '1' })
  await make.fail([parent])
  t.strictSame(await make.list('children'), [])
})

void t.test('a stopped parent releases nobody', async (t) => {
  const parent = await make.running('parent')
  await defer('lenient', ['parent'], { allow_dependency_failures: '1' })
  t.strictSame(await make.fail([parent], { status: 'stopped' }), ['failed'])
  t.strictSame(await make.list('children'), [])
})

void t.test('a failed parent that is not kept releases its lenient children all the same', async (t) => {
  const parent = await make.running('parent')
  await defer('lenient', ['parent'], { allow_dependency_failures: '1' })
  await make.fail([parent], { failureTtlSec: 0, resultsTtlSec: 0 })
  t.strictSame(await make.list('children'), ['lenient'])
})

void t.test('a finished parent that is not kept releases its children', async (t) => {
  const parent = await make.running('parent')
  await defer('child', ['parent'])
  await make.finish([parent], { resultTtlSec: 0 })
  t.strictSame(await make.list('children'), ['child'])
  t.equal(await client.exists(keys.dependents('parent')), 0)
})

void t.test('a canceled child stays, a missing one is dropped, one already queued is not queued twice', async (t) => {
  const parent = await make.running('parent')
  await defer('off', ['parent'], { status: 'canceled' })
  await defer('running', ['parent'], { status: 'started' })
  await client.sadd(keys.dependents('parent'), 'missing')
  await make.finish([parent])
  t.strictSame(await make.list('children'), [])
  t.strictSame((await client.smembers(keys.dependents('parent'))).sort(), ['off', 'running'])
  t.equal((await make.job('off'))['status'], 'canceled')
})

void t.test('a child goes to the front of its own queue, with its own ttl', async (t) => {
  const parent = await make.running('parent')
  await make.enqueue('waiting', { queue: 'slow' })
  await defer('eager', ['parent'], { origin: 'slow', enqueue_at_front: '1', ttl: '70' })
  await defer('modest', ['parent'], { origin: 'slow', enqueue_at_front: '0' })
  await make.finish([parent])
  t.strictSame(await make.list('slow'), ['eager', 'waiting', 'modest'])
  await ttlIs(t, client, keys.job('eager'), 70)
})

void t.test('children that cannot be read or queued spoil neither the parent nor their siblings', async (t) => {
  const parent = await make.running('parent')
  await defer('good', ['parent'])
  await defer('stuck', ['parent'], { origin: 'no-list' })
  await defer('odd-parents', ['parent'])
  await client.sadd(keys.dependents('parent'), 'wrong')
  await client.set(keys.job('wrong'), 'text')
  await client.set(keys.queue('no-list'), 'text')
  await client.del(keys.dependencies('odd-parents'))
  await client.set(keys.dependencies('odd-parents'), 'text')
  t.strictSame(await make.finish([parent]), ['finished'])
  t.equal((await make.job('parent'))['status'], 'finished')
  t.ok((await make.list('children')).includes('good'))
  t.equal((await make.job('stuck'))['status'], 'deferred', 'what cannot be queued goes on waiting')
  t.ok(await client.zscore(keys.deferred('no-list'), 'stuck'))
  t.ok(await client.sismember(keys.dependents('parent'), 'stuck'))
})
