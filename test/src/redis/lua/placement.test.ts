import t from 'tap'
import type { Placement } from '../../../../src/redis/pack-job.js'
import type { JobPlace } from '../../../../src/redis/store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, plainFields, scoreIs, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const plain: Placement = { due: '', enqueuedAt: laterIso, allowFailure: false, group: '', parents: [] }

/** Enqueue `child` on `children` with a placement. */
function put(
  placement: Partial<Placement>,
  options: { ttlSec?: number; atFront?: boolean; unique?: boolean; status?: string } = {},
): Promise<JobPlace | 'exists'> {
  const { ttlSec = 0, atFront = false, unique = false, status = 'deferred' } = options
  const fields = new Map(Object.entries({ ...plainFields('children'), status }))
  fields.delete('enqueued_at')
  const job = { jobId: 'child', queue: 'children', fields, ttlSec, atFront, unique }
  return make.store.enqueue({ ...job, placement: { ...plain, ...placement } })
}

void t.test('J10 a job whose parents have not all finished is deferred, and known to each of them', async (t) => {
  await make.enqueue(['one', 'two'])
  await client.hset(keys.job('two'), 'status', 'finished')
  t.equal(await put({ parents: ['one', 'two', 'missing'] }), 'deferred')
  t.strictSame(await make.list('children'), [])
  t.match(await make.job('child'), { status: 'deferred' })
  t.notOk('enqueued_at' in (await make.job('child')))
  await scoreIs(t, client, keys.deferred('children'), 'child', 0)
  for (const parent of ['one', 'two', 'missing']) {
    t.strictSame(await client.smembers(keys.dependents(parent)), ['child'], parent)
  }
  t.strictSame((await client.smembers(keys.dependencies('child'))).sort(), ['missing', 'one', 'two'])
  t.ok(await client.sismember(keys.queues, keys.queue('children')))
})

void t.test('J10 what a parent must be for its child to be queued at once', async (t) => {
  for (const [status, strict, lenient] of [
    [undefined, true, true],
    ['finished', true, true],
    ['failed', false, true],
    ['stopped', false, false],
    ['canceled', false, false],
    ['queued', false, false],
    ['started', false, false],
    ['scheduled', false, false],
    ['deferred', false, false],
    ['', false, false],
  ] as const) {
    for (const [allowFailure, goes] of [
      [false, strict],
      [true, lenient],
    ] as const) {
      await client.flushall()
      if (status === '') await client.hset(keys.job('parent'), 'data', '[]')
      else if (status !== undefined) await client.hset(keys.job('parent'), 'status', status)
      const title = `${status ?? 'gone'}, ${allowFailure ? 'lenient' : 'strict'}`
      t.equal(await put({ parents: ['parent'], allowFailure }), goes ? 'enqueued' : 'deferred', title)
      t.strictSame(await make.list('children'), goes ? ['child'] : [], title)
      t.equal(await client.zcard(keys.deferred('children')), goes ? 0 : 1, title)
      if (goes) t.match(await make.job('child'), { status: 'queued', enqueued_at: laterIso })
      t.equal(await client.exists(keys.dependencies('child'), keys.dependents('parent')), goes ? 0 : 2, title)
    }
  }
})

void t.test('the ttl of a deferred job holds for its dependencies too', async (t) => {
  await make.enqueue('parent')
  await put({ parents: ['parent'] }, { ttlSec: 60 })
  for (const key of [keys.job('child'), keys.dependencies('child')]) await ttlIs(t, client, key, 60)
  await ttlIs(t, client, keys.dependents('parent'), -1)
})

void t.test('a deferred job is queued by the finish of its last parent, in whichever order they came', async (t) => {
  await make.register('sup', { queues: ['q', 'children'] })
  await make.enqueue(['one', 'two'])
  const claims = await make.claim()
  await put({ parents: ['one', 'two'] })
  await make.finish([claims[0]!])
  t.strictSame(await make.list('children'), [])
  await make.finish([claims[1]!])
  t.strictSame(await make.list('children'), ['child'])
  t.equal(await client.zcard(keys.deferred('children')), 0)
})

void t.test('J20 a job with a time is scheduled for it, to the second', async (t) => {
  t.equal(await put({ due: '1893553445' }, { status: 'scheduled' }), 'scheduled')
  t.equal(await client.zscore(keys.scheduled('children'), 'child'), '1893553445')
  t.strictSame(await make.list('children'), [])
  t.ok(await client.sismember(keys.queues, keys.queue('children')))
  t.equal(await put({ due: '+90' }, { status: 'scheduled' }), 'scheduled')
  await scoreIs(t, client, keys.scheduled('children'), 'child', 90)
})

void t.test('the ttl of a scheduled job does not count before its time, and an old one is taken off', async (t) => {
  await client.hset(keys.job('child'), 'data', '[]')
  await client.expire(keys.job('child'), 50)
  await put({ due: '+90' }, { ttlSec: 60, status: 'scheduled' })
  await ttlIs(t, client, keys.job('child'), -1)
})

void t.test('J21 a job joins its group, whatever its place', async (t) => {
  t.equal(await put({ group: 'G' }, { status: 'queued' }), 'enqueued')
  t.strictSame(await client.smembers(keys.groups), ['G'])
  t.strictSame(await client.smembers(keys.group('G')), ['child'])
  t.strictSame(await make.list('children'), ['child'])
  await put({ group: 'H', due: '+5' })
  t.strictSame(await client.smembers(keys.group('H')), ['child'])
})

void t.test('a unique id that exists is refused in every place, and nothing is written', async (t) => {
  await make.enqueue(['parent', 'child'])
  const before = await dump(client)
  for (const placement of [{}, { parents: ['parent'] }, { due: '+5' }, { group: 'G' }]) {
    t.equal(await put(placement, { unique: true }), 'exists')
  }
  t.strictSame(await dump(client), before)
})

void t.test('all or none: a unique id that comes twice in one call refuses the call', async (t) => {
  const { packJob } = await import('../../../../src/redis/pack-job.js')
  const fields = new Map(Object.entries(plainFields('q')))
  const [one, other] = ['a', 'b'].map((jobId) =>
    packJob({ jobId, queue: 'q', fields, ttlSec: 0, atFront: false, unique: true }),
  )
  t.strictSame(await make.store.enqueuePacked([one!, other!, one!], true), ['held-back', 'held-back', 'exists'])
  t.strictSame(await dump(client), {})
  t.strictSame(await make.store.enqueuePacked([one!, other!, one!], false), ['enqueued', 'enqueued', 'exists'])
  t.strictSame(await make.list(), ['a', 'b'])
})

void t.test('a key of a wrong type refuses the job by name, and nothing is written', async (t) => {
  const parents = ['parent']
  for (const [key, placement] of [
    [keys.scheduled('children'), { due: '+5' }],
    [keys.deferred('children'), { parents }],
    [keys.dependencies('child'), { parents }],
    [keys.dependents('parent'), { parents }],
    [keys.job('parent'), { parents }],
    [keys.groups, { group: 'G' }],
    [keys.group('G'), { group: 'G' }],
  ] as const) {
    await client.flushall()
    await client.set(key, 'text')
    const before = await dump(client)
    await t.rejects(put(placement), { code: 'RQD_REDIS', message: new RegExp(`WRONGTYPE ${key} holds a string`) })
    t.strictSame(await dump(client), before, key)
  }
})

void t.test('a job enqueued again with other parents keeps its time of creation as it is given', async (t) => {
  await make.enqueue('parent')
  await put({ parents: ['parent'] })
  await put({ parents: ['parent'] })
  t.match(await make.job('child'), { status: 'deferred', created_at: nowIso })
  t.equal(await client.zcard(keys.deferred('children')), 1)
})
