import { setImmediate as nextTurn } from 'node:timers/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Clock } from '../../src/clock.js'
import type { EnqueueCall } from '../../src/enqueue-call.js'
import { EnqueueManyError, Job, Queue, type QueueOptions } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { MAX_CALL_JOBS } from '../../src/redis/outbox.js'
import { dump } from '../helpers/dump.js'
import { ttlIs } from '../helpers/factory.js'
import { projectRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'

const server = await startRedis(t)
const { client } = server
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const clock: Clock = { epochMs: () => Date.parse('2026-11-23T08:31:26.250Z'), monoMs: () => 0 }
const open = (options: Partial<QueueOptions> = {}): Queue =>
  new Queue('default', { connection: client, clock, ...options })
const ids = (): Promise<string[]> => client.lrange(keys.queue('default'), 0, -1)
const callsWithIds = (count: number): EnqueueCall<string>[] =>
  Array.from({ length: count }, (_, i) => ({ func: 'tasks.add', args: [i], jobId: `job-${i}` }))
const idsOf = (jobs: readonly Job[]): string[] => jobs.map(({ id }) => id)

/** The error with which a promise is rejected. */
async function errorOf(promise: Promise<unknown>): Promise<EnqueueManyError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof EnqueueManyError) return error
  throw new Error('an EnqueueManyError was expected', { cause: error })
}

/** The numbers of jobs that each call of the script has pushed. */
async function callSizes(calls: readonly EnqueueCall[]): Promise<number> {
  await client.config('RESETSTAT')
  await open().enqueueMany(calls)
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
}

void t.test('many jobs are in Redis what single ones are, in both serializers', async (t) => {
  const calls: EnqueueCall[] = [
    { func: 'tasks.add', args: [1, 2], jobId: 'plain' },
    { func: 'tasks.add', jobId: 'none' },
    { func: 'tasks.add', args: ['é', [null, true]], kwargs: { b: 'x'.repeat(1_000) }, jobId: 'long' },
    { func: 'tasks.add', jobId: 'front', atFront: true, meta: { a: 1 }, description: 'größe' },
    { func: 'a.b:default', jobId: 'all', jobTimeout: '5m', resultTtl: 0, ttl: '1h', failureTtl: -1 },
    { func: 'tasks.add', jobId: 'first', atFront: true, jobTimeout: -1 },
  ]
  for (const serializer of ['json', 'pickle'] as const) {
    await client.flushall()
    for (const call of calls) await open({ serializer }).enqueueCall(call)
    const expected = await dump(client)
    await client.flushall()
    await open({ serializer }).enqueueMany(calls)
    t.strictSame(await dump(client), expected, serializer)
    await ttlIs(t, client, keys.job('all'), 3600)
    t.strictSame(await ids(), ['first', 'front', 'plain', 'none', 'long', 'all'], 'the last at the front is first')
  }
})

void t.test('the jobs come back in order, each as enqueue gives it', async (t) => {
  const queue = open()
  const jobs = await queue.enqueueMany([
    queue.prepare('tasks.add', 1, 2),
    queue.with({ jobId: 'mine', ttl: '1m' }).prepare('tasks.mul', 3),
    { func: 'tasks.sub', kwargs: { b: 1 }, meta: { who: 'me' } },
  ])
  t.match(jobs[0], {
    status: 'queued',
    origin: 'default',
    funcName: 'tasks.add',
    args: [1, 2],
    description: 'tasks.add(1, 2)',
  })
  t.match(jobs[1], { id: 'mine', ttlSec: 60, funcName: 'tasks.mul', args: [3] })
  t.match(jobs[2], { kwargs: { b: 1 }, meta: { who: 'me' } })
  t.strictSame(await ids(), idsOf(jobs))
  t.match(await Job.fetch('mine', { connection: client }), { funcName: 'tasks.mul' })
})

void t.test('no calls are no jobs, and Redis is not asked', async (t) => {
  const connection = client.duplicate()
  connection.disconnect()
  t.strictSame(await open({ connection }).enqueueMany([]), [])
})

void t.test('functions are named, and their types go through', async (t) => {
  const { add } = (await import(join(projectRoot, 'test/fixtures/tasks/arithmetic.mjs'))) as {
    add: (a: number, b: number) => number
  }
  const queue = open({ taskPaths: [join(projectRoot, 'test/fixtures/tasks')] })
  const [sum, unknown, byHand] = await queue.enqueueMany([
    queue.prepare(add, 1, 2),
    queue.with({ atFront: true }).prepare('tasks.add'),
    { func: add, args: [3, 4], jobTimeout: 5 },
  ])
  const typed: [Job<number>, Job, Job<number>] = [sum, unknown, byHand]
  t.strictSame(
    typed.map(({ funcName }) => funcName),
    ['arithmetic.add', 'tasks.add', 'arithmetic.add'],
  )
  const list: Job<number>[] = await queue.enqueueMany([1, 2].map((n) => queue.prepare(add, n, n)))
  t.equal(list.length, 2)
  const one: Job<number> = await queue.enqueueCall({ func: add, args: [1, 2] })
  t.equal(one.funcName, 'arithmetic.add')
  // @ts-expect-error an argument is of the wrong type
  queue.prepare(add, 1, '2')
  // @ts-expect-error what a name returns is not known
  const wrong: Job<number> = unknown
  t.ok(wrong)
})

void t.test('one wrong call is named, and nothing is written', async (t) => {
  const cases: [Partial<EnqueueCall>, { code: string; message: string | RegExp }][] = [
    [
      { jobTimeout: '5 weeks', jobId: 'mine' },
      {
        code: 'RQD_BAD_DURATION',
        message: /^call 250 of 300 \("tasks.add", job "mine"\): jobTimeout is "5 weeks".*; no job was enqueued$/,
      },
    ],
    [
      { func: 'nodot' },
      { code: 'RQD_BAD_OPTION', message: /^call 250 of 300 \("nodot"\): function "nodot"; expected/ },
    ],
    [{ args: [Symbol('x')] }, { code: 'RQD_UNREPRESENTABLE', message: /^call 250 of 300/ }],
    [{ func: () => 1 }, { code: 'RQD_UNNAMED_FUNCTION', message: /^call 250 of 300 \("func"\)/ }],
  ]
  for (const [wrong, expected] of cases) {
    const calls: EnqueueCall[] = callsWithIds(300).map(({ func, args = [] }) => ({ func, args }))
    calls[250] = { ...calls[250]!, ...wrong }
    const error = await errorOf(open().enqueueMany(calls))
    t.match(error, { ...expected, name: 'EnqueueManyError', index: 250, enqueued: [], unsure: [] })
    t.ok(error.cause instanceof Error)
  }
  const none = await errorOf(open().enqueueMany([undefined as unknown as EnqueueCall]))
  t.match(none, { index: 0, code: 'RQD_BAD_OPTION' })
  t.strictSame(await dump(client), {})
})

void t.test('a few hundred jobs go in one call, and no more than a MiB of them', async (t) => {
  await open().enqueue('tasks.first')
  for (const [count, calls] of [
    [1, 1],
    [MAX_CALL_JOBS, 1],
    [MAX_CALL_JOBS + 1, 2],
    [5 * MAX_CALL_JOBS, 5],
  ] as const) {
    await client.flushall()
    t.equal(await callSizes(callsWithIds(count)), calls, `${count} jobs`)
    t.strictSame(
      await ids(),
      callsWithIds(count).map(({ jobId }) => jobId),
    )
  }
  // Hardly compressible.
  const text = (bytes: number): string =>
    Buffer.from(Array.from({ length: bytes }, (_, i) => (i * i * 31 + (i >> 3)) % 251)).toString('hex')
  const description = text(200_000)
  const large = Array.from({ length: 7 }, (): EnqueueCall => ({ func: 'tasks.add', description }))
  t.equal(await callSizes(large), 4, 'two of 400 kB fit')
  const huge: EnqueueCall = { func: 'tasks.add', description: text(1_500_000) }
  t.equal(await callSizes([{ func: 'tasks.add' }, huge, { func: 'tasks.add' }]), 3, 'one that is too large goes alone')
})

void t.test('a call of which Redis refuses a job is not written, and no later one; those before are', async (t) => {
  const at = MAX_CALL_JOBS + 7
  const calls = callsWithIds(3 * MAX_CALL_JOBS)
  await client.rpush(keys.job(`job-${at}`), 'x')
  const error = await errorOf(open().enqueueMany(calls))
  t.match(error, {
    code: 'RQD_REDIS',
    message: `enqueued ${MAX_CALL_JOBS} of ${calls.length} jobs and no more: Redis did not enqueue the job "job-${at}": WRONGTYPE rq:job:job-${at} holds a list, not a job`,
    index: at,
    unsure: [],
  })
  t.strictSame(idsOf(error.enqueued), await ids())
  t.equal(error.enqueued.length, MAX_CALL_JOBS)
  t.equal((await client.keys('*')).length, MAX_CALL_JOBS + 3, 'jobs, the list, the queues, and what was in the way')
  await client.del(keys.job(`job-${at}`))
  await open().enqueueMany(calls.slice(error.enqueued.length))
  const all = calls.map(({ jobId }) => jobId)
  t.strictSame(await ids(), all, 'the rest can be enqueued later')
})

void t.test('a key of the wrong type refuses all', async (t) => {
  for (const key of [keys.queue('default'), keys.queues]) {
    await client.flushall()
    await client.set(key, 'text')
    const error = await errorOf(open().enqueueMany(callsWithIds(3)))
    t.match(error, { code: 'RQD_REDIS', index: 0, enqueued: [], unsure: [], message: new RegExp(`WRONGTYPE ${key}`) })
    t.strictSame(await client.keys('*'), [key])
  }
})

void t.test('an error of the server is an answer: nothing of that call is enqueued', async (t) => {
  await open().enqueue('tasks.first')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const error = await errorOf(open().enqueueMany(callsWithIds(3)))
  await client.config('SET', 'maxmemory', '0')
  t.match(error, {
    code: 'RQD_REDIS',
    index: 0,
    enqueued: [],
    unsure: [],
    message: /^enqueued 0 of 3 jobs and no more: .*OOM/,
  })
  t.equal((await ids()).length, 1)
})

void t.test('a lost answer leaves the jobs of that call unsure', async (t) => {
  const connection = server.connect()
  const queue = open({ connection })
  await queue.enqueue('tasks.first')
  await client.del(keys.queue('default'))
  // The server reads no command any more; the call is on its way.
  server.signal('SIGSTOP')
  const failing = errorOf(queue.enqueueMany(callsWithIds(MAX_CALL_JOBS + 1)))
  await nextTurn()
  await nextTurn()
  connection.disconnect()
  const error = await failing
  server.signal('SIGCONT')
  t.match(error, { code: 'RQD_REDIS', index: 0, enqueued: [] })
  t.match(
    error.message,
    `enqueued 0 of ${MAX_CALL_JOBS + 1} jobs; it is unknown whether the next ${MAX_CALL_JOBS} are, all or none: `,
  )
  t.equal(error.unsure.length, MAX_CALL_JOBS)
  t.ok([0, MAX_CALL_JOBS].includes((await ids()).length))
})

void t.test('calls beside it keep their places, and are not held up by its later calls', async (t) => {
  const queue = open()
  const many = queue.enqueueMany(callsWithIds(3 * MAX_CALL_JOBS))
  const beside = queue.enqueueCall({ func: 'tasks.add', jobId: 'beside' })
  await Promise.all([queue.enqueueCall({ func: 'tasks.add', jobId: 'later' }), beside, many])
  const found = await ids()
  t.strictSame(found.indexOf('beside'), MAX_CALL_JOBS, 'behind the first call, which was there before it')
  t.ok(found.indexOf('later') > found.indexOf('beside'))
  t.strictSame(
    found.filter((id) => id.startsWith('job-')),
    callsWithIds(3 * MAX_CALL_JOBS).map(({ jobId }) => jobId),
  )
})
