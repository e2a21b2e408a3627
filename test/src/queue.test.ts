import { inflateSync } from 'node:zlib'
import { join } from 'node:path'
import t from 'tap'
import type { Clock } from '../../src/clock.js'
import type { EnqueueCall } from '../../src/enqueue-call.js'
import { decodeCall } from '../../src/job/call.js'
import { decodeMeta } from '../../src/job/meta.js'
import type { QueueOptions } from '../../src/enqueuer.js'
import { Queue } from '../../src/queue.js'
import { createKeys } from '../../src/redis/keys.js'
import { dump } from '../helpers/dump.js'
import { ttlIs } from '../helpers/factory.js'
import { goldenJobs, loadGolden } from '../helpers/golden.js'
import { projectRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const nowIso = '2026-11-23T08:31:26.250000Z'
const clock: Clock = { epochMs: () => Date.parse('2026-11-23T08:31:26.250Z'), monoMs: () => 0 }
const open = (options: Partial<QueueOptions> = {}): Queue =>
  new Queue('default', { connection: client, clock, ...options })
const hashOf = (id: string): Promise<Record<string, Buffer>> => client.hgetallBuffer(keys.job(id))

void t.test('a job has the fields that RQ 2.10 writes, with the same content, in both serializers', async (t) => {
  const golden = goldenJobs(loadGolden('2.10--enqueue-plain'))
  const meta = { who: 'me', n: [1, null] }
  const func = 'wirefuncs.add'
  await open({ serializer: 'pickle' }).enqueueCall({ func, args: [1], kwargs: { b: 2 }, jobId: 'pickle-1' })
  await open().enqueueCall({ func, args: [1], kwargs: { b: 2 }, jobId: 'json-1', meta })
  for (const id of ['pickle-1', 'json-1']) {
    const ours = new Map(Object.entries(await hashOf(id)))
    const theirs = golden.get(id)!
    t.strictSame([...ours.keys()].sort(), [...theirs.keys()].sort(), `${id}: the same fields`)
    for (const [field, value] of theirs) {
      const mine = ours.get(field)!
      if (field === 'data') t.strictSame(decodeCall(mine), decodeCall(value), field)
      else if (field === 'meta') t.strictSame(decodeMeta(mine), decodeMeta(value), field)
      else if (field.endsWith('_at') && value.length > 0) t.equal(String(mine), nowIso, field)
      else t.equal(String(mine), String(value), `${id}: ${field}`)
    }
  }
  t.strictSame(await client.lrange(keys.queue('default'), 0, -1), ['pickle-1', 'json-1'])
  t.strictSame(await client.smembers(keys.queues), [keys.queue('default')])
  t.equal((await client.keys('*')).length, 4)
})

void t.test('JSON text is written as Python writes it, compressed', async (t) => {
  const job = await open().enqueue('tasks.add', 1, 'é', [null, true])
  const { data } = await hashOf(job.id)
  t.equal(String(inflateSync(data!)), '["tasks.add", null, [1, "\\u00e9", [null, true]], {}]')
})

void t.test('the job that comes back tells what was enqueued, without asking Redis', async (t) => {
  const job = await open().enqueue('tasks.add', 1, 2)
  t.match(job.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.match(job, {
    status: 'queued',
    origin: 'default',
    funcName: 'tasks.add',
    args: [1, 2],
    kwargs: {},
    description: 'tasks.add(1, 2)',
    timeoutSec: 180,
    meta: {},
    result: undefined,
  })
})

void t.test('every option is written', async (t) => {
  const options = {
    jobTimeout: '5m',
    resultTtl: 0,
    ttl: '1h',
    failureTtl: -1,
    jobId: 'my-job_1',
    description: 'what it is',
    meta: { a: 1 },
  } as const
  await open().enqueue('tasks.first')
  const job = await open()
    .with({ ...options, atFront: true })
    .enqueue('tasks.add', 1)
  t.equal(job.id, 'my-job_1')
  const fields = Object.fromEntries(Object.entries(await hashOf(job.id)).map(([name, value]) => [name, String(value)]))
  t.match(fields, {
    timeout: '300',
    result_ttl: '0',
    ttl: '3600',
    failure_ttl: '-1',
    description: 'what it is',
    meta: '{"a": 1}',
    created_at: nowIso,
    enqueued_at: nowIso,
  })
  await ttlIs(t, client, keys.job(job.id), 3600)
  t.equal(await client.lindex(keys.queue('default'), 0), 'my-job_1')
})

void t.test('the queue’s limit holds for jobs without one; -1 is none', async (t) => {
  const queue = open({ defaultTimeout: '2h' })
  t.equal((await queue.enqueue('tasks.add')).timeoutSec, 7200)
  t.equal((await queue.with({ jobTimeout: -1 }).enqueue('tasks.add')).timeoutSec, -1)
})

void t.test('an empty meta and an absent one are not written', async (t) => {
  for (const meta of [{}, undefined]) {
    const job = await open().enqueueCall({ func: 'tasks.add', ...(meta === undefined ? {} : { meta }) })
    t.notOk('meta' in (await hashOf(job.id)))
  }
})

void t.test('what is wrong is refused by name, and nothing is written', async (t) => {
  const cases: [Partial<EnqueueCall>, { code: string; message?: RegExp }][] = [
    [{ jobTimeout: '5 weeks' }, { code: 'RQD_BAD_DURATION', message: /^jobTimeout is "5 weeks"/ }],
    [{ jobTimeout: 0 }, { code: 'RQD_BAD_OPTION', message: /^jobTimeout is 0 s/ }],
    [{ resultTtl: 1.5 }, { code: 'RQD_BAD_DURATION', message: /^resultTtl is 1.5/ }],
    [{ failureTtl: -2 }, { code: 'RQD_BAD_DURATION', message: /^failureTtl is -2/ }],
    [{ ttl: 0 }, { code: 'RQD_BAD_OPTION', message: /^ttl is 0 s; expected at least 1/ }],
    [{ ttl: -1 }, { code: 'RQD_BAD_OPTION', message: /^ttl is -1 s/ }],
    [{ jobId: 'a:b' }, { code: 'RQD_BAD_OPTION', message: /^jobId is "a:b"; expected letters/ }],
    [{ jobId: '' }, { code: 'RQD_BAD_OPTION', message: /^jobId is ""/ }],
    [{ jobId: 'a\n' }, { code: 'RQD_BAD_OPTION', message: /^jobId/ }],
    [{ func: 'nodot' }, { code: 'RQD_BAD_OPTION', message: /^function "nodot"; expected "module.function"/ }],
    [{ func: '' }, { code: 'RQD_BAD_OPTION', message: /^function ""/ }],
    [{ func: 'a..b' }, { code: 'RQD_BAD_OPTION', message: /^function "a..b"/ }],
    [{ func: 'a b.c' }, { code: 'RQD_BAD_OPTION', message: /^function/ }],
    [{ args: [() => 1] }, { code: 'RQD_UNREPRESENTABLE' }],
    [{ kwargs: { k: Symbol('x') } }, { code: 'RQD_UNREPRESENTABLE' }],
    [{ meta: { k: () => 1 } }, { code: 'RQD_UNREPRESENTABLE' }],
  ]
  for (const [call, error] of cases) {
    await t.rejects(open().enqueueCall({ func: 'tasks.add', ...call }), error, JSON.stringify(call))
  }
  await t.rejects(open({ defaultTimeout: 'soon' }).enqueue('tasks.add'), { code: 'RQD_BAD_DURATION' })
  t.throws(() => new Queue('a,b', { connection: client }), { code: 'RQD_BAD_OPTION', message: /"a,b"/ })
  t.strictSame(await dump(client), {})
})

void t.test('an unknown serializer is refused by name', (t) => {
  t.throws(() => open({ serializer: 'yaml' as 'json' }), {
    code: 'RQD_BAD_OPTION',
    message: 'serializer is "yaml"; expected "json" or "pickle"',
  })
  t.end()
})

void t.test('options given as undefined count as absent', async (t) => {
  const none = {
    serializer: undefined,
    defaultTimeout: undefined,
    prefix: undefined,
  } as unknown as Partial<QueueOptions>
  const job = await open(none).enqueue('tasks.add')
  t.equal(job.timeoutSec, 180)
  t.equal(await client.exists(keys.job(job.id)), 1)
})

void t.test('a default export is enqueued by the name that executors know', async (t) => {
  for (const func of ['shop.cart:default', 'a.b.C.d', 'tasks.add']) {
    t.equal((await open().enqueue(func)).funcName, func)
  }
})

void t.test('a function reference is written as its name', async (t) => {
  const { add } = (await import(join(projectRoot, 'test/fixtures/tasks/arithmetic.mjs'))) as {
    add: (a: number, b: number) => number
  }
  const job = await open({ taskPaths: [join(projectRoot, 'test/fixtures/tasks')] }).enqueue(add, 1, 2)
  t.match(job, { funcName: 'arithmetic.add', description: 'arithmetic.add(1, 2)' })
})

void t.test('calls of a function whose name is not known yet keep their order', async (t) => {
  const { addLater } = (await import(join(projectRoot, 'test/fixtures/tasks/arithmetic.mjs'))) as {
    addLater: (a: number, b: number) => number
  }
  const queue = open({ taskPaths: [join(projectRoot, 'test/fixtures/tasks')] })
  const first = Array.from({ length: 5 }, (_, i) => queue.enqueue(addLater, i, 0))
  const second = queue.enqueueMany([queue.prepare(addLater, 5, 0), queue.prepare(addLater, 6, 0)])
  const jobs = [...(await Promise.all(first)), ...(await second)]
  t.strictSame(
    await client.lrange(keys.queue('default'), 0, -1),
    jobs.map(({ id }) => id),
  )
  t.strictSame(new Set(jobs.map(({ funcName }) => funcName)), new Set(['arithmetic.addLater']))
})

void t.test('a Redis that is gone is an error with a code', async (t) => {
  const redis = client.duplicate()
  redis.disconnect()
  await t.rejects(open({ connection: redis }).enqueue('tasks.add'), { code: 'RQD_REDIS' })
})
