import { join } from 'node:path'
import t from 'tap'
import {
  dependency,
  job,
  Job,
  Queue,
  Worker,
  type CurrentJob,
  type EnqueueCall,
  type JobOptions,
} from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { runQueued } from '../../src/testing.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { ttlIs } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// Clauses of the contract that concern several parts, and that no test of one part proves.

const redis = await startRedis(t)
const { client } = redis
const keys = createKeys()
const clock = { epochMs: () => Date.parse('2026-11-23T08:31:26.250Z'), monoMs: () => 0 }
const queue = new Queue('default', { connection: client, taskPaths: [fixtureTasks] })
t.beforeEach(async () => {
  await client.flushall()
})

/** What a job returned, run here. */
async function run(call: EnqueueCall): Promise<unknown> {
  const { id } = await queue.enqueueCall(call)
  await runQueued(queue)
  const { status, result, excInfo } = await Job.fetch(id, { connection: client })
  if (status !== 'finished') throw new Error(`job ${id} is ${status ?? '?'}: ${excInfo ?? ''}`)
  return result
}

void t.test(
  'J1 arguments reach the function in their order, keyword arguments as one object behind them',
  async (t) => {
    const func = 'arithmetic.describe'
    t.strictSame(await run({ func, args: [1, 'two', [3]] }), [1, 'two', [3]])
    t.strictSame(await run({ func, args: [1], kwargs: { b: 2, c: [3] } }), [1, { b: 2, c: [3] }])
    t.strictSame(await run({ func, kwargs: { b: 2 } }), [{ b: 2 }])
    t.strictSame(await run({ func, args: [1], kwargs: {} }), [1], 'no object where there are none')
    t.strictSame(await run({ func }), [])
  },
)

void t.test('J4 a keyword argument may have the name of an option', async (t) => {
  const kwargs = { jobId: 'not-mine', jobTimeout: 'soon', args: [1], func: 'x', timeout: 5 }
  t.strictSame(await run({ func: 'arithmetic.describe', kwargs, jobId: 'mine' }), [kwargs])
  t.equal((await Job.fetch('mine', { connection: client })).timeoutSec, 180)
})

void t.test('J6 what no option says: no ttl, results for 500 s, failures for a year', async (t) => {
  const good = await queue.enqueue('arithmetic.add', 1, 2)
  const bad = await queue.enqueue('thrower.fail', 'x')
  for (const { id } of [good, bad]) t.equal(await client.ttl(keys.job(id)), -1, 'it may wait for ever')
  await runQueued(queue)
  await ttlIs(t, client, keys.job(good.id), 500)
  await ttlIs(t, client, keys.results(good.id), 500)
  await ttlIs(t, client, keys.job(bad.id), 365 * 86_400)
})

void t.test('J6 a result TTL of 0 keeps nothing, one of -1 keeps it for ever', async (t) => {
  const never = await queue.with({ resultTtl: 0 }).enqueue('arithmetic.add', 1, 2)
  const always = await queue.with({ resultTtl: -1 }).enqueue('arithmetic.add', 3, 4)
  await runQueued(queue)
  t.strictSame(await client.exists(keys.job(never.id), keys.results(never.id)), 0)
  for (const key of [keys.job(always.id), keys.results(always.id)]) t.equal(await client.ttl(key), -1)
  t.equal((await always.refresh()).result, 7)
  t.strictSame(await queue.finishedJobRegistry.jobIds(), [always.id])
})

void t.test('J8 a delayed function takes every option of a job', async (t) => {
  const { add } = (await import(join(fixtureTasks, 'delayed.mjs'))) as { add: (a: number, b: number) => number }
  const options: Required<JobOptions> = {
    jobTimeout: '5m',
    resultTtl: '1h',
    ttl: '2h',
    failureTtl: -1,
    jobId: 'mine',
    atFront: true,
    description: 'text',
    meta: { a: 1 },
    dependsOn: 'parent',
    retry: { max: 2, interval: [1, 5] },
    repeat: { times: 3, interval: 60 },
    onSuccess: 'tasks.good',
    onFailure: 'tasks.bad',
    onStopped: 'tasks.halted',
    unique: true,
    group: 'g',
    webhooks: [{ url: 'http://localhost/hook', jobStatus: 'finished' }],
  }
  const low = new Queue('low', { connection: client, clock, taskPaths: [fixtureTasks] })
  await low.with({ jobId: 'parent' }).enqueue('tasks.add')
  await low.with(options).enqueue('delayed.add', 1, 2)
  const written = async (): Promise<unknown> => [
    (await client.keys('*')).sort(),
    await client.hgetall(keys.job('mine')),
  ]
  const expected = await written()

  const { jobId, ...always } = options
  for (const [first, second] of [
    [always, { jobId }],
    [{}, options],
  ] as const) {
    await client.flushall()
    await low.with({ jobId: 'parent' }).enqueue('tasks.add')
    await job('low', { connection: client, clock, taskPaths: [fixtureTasks], ...first })(add)
      .with(second)
      .delay(1, 2)
    t.strictSame(await written(), expected)
  }
})

void t.test('J10 a child may go before all that wait when it is released', async (t) => {
  for (const [enqueueAtFront, order] of [
    [true, ['child', 'other']],
    [false, ['other', 'child']],
  ] as const) {
    await client.flushall()
    await queue.with({ jobId: 'parent' }).enqueue('arithmetic.nothing')
    await queue.with({ jobId: 'other' }).enqueue('arithmetic.nothing')
    const dependsOn = dependency({ jobs: 'parent', enqueueAtFront })
    await queue.with({ jobId: 'child', dependsOn }).enqueue('arithmetic.nothing')
    const worker = new Worker('default', { connection: client, taskPaths: [fixtureTasks] })
    t.equal(await worker.work({ burst: true, maxJobs: 1 }), 1)
    t.strictSame(await queue.jobIds(), order)
  }
})

void t.test('J11 what a job that has ended tells', async (t) => {
  const { id } = await queue.enqueueCall({
    func: 'arithmetic.describe',
    args: [1],
    kwargs: { b: 2 },
    description: 'text',
    meta: { who: 'me' },
    retry: { max: 2 },
    jobTimeout: '1m',
  })
  const bad = await queue.enqueue('thrower.fail', 'x')
  const worker = new Worker('default', { connection: client, taskPaths: [fixtureTasks], name: 'mine' })
  t.equal(await worker.work({ burst: true }), 2)
  const done = await Job.fetch(id, { connection: client })
  t.match(done, {
    status: 'finished',
    funcName: 'arithmetic.describe',
    args: [1],
    kwargs: { b: 2 },
    result: [1, { b: 2 }],
    excInfo: undefined,
    origin: 'default',
    description: 'text',
    workerName: 'mine',
    retriesLeft: 2,
    meta: { who: 'me' },
    timeoutSec: 60,
  })
  const times = [done.createdAt, done.enqueuedAt, done.startedAt, done.endedAt].map((time) => time?.getTime() ?? NaN)
  t.strictSame(
    times,
    times.toSorted((a, b) => a - b),
    'created, enqueued, started and ended, in this order',
  )
  t.notOk(times.some(Number.isNaN))
  t.match(await bad.refresh(), { status: 'failed', excInfo: /ShopClosed: x/, result: undefined })
})

void t.test('J14 a job can look itself up while it runs', async (t) => {
  const call = { jobId: 'me', description: 'text', meta: { a: 1 }, retry: { max: 2 }, jobTimeout: 60 }
  const seen = await run({ func: 'self.look', args: [redis.socket], ...call })
  t.match(seen, {
    id: 'me',
    origin: 'default',
    description: 'text',
    args: [redis.socket],
    retriesLeft: 2,
    timeoutSec: 60,
    meta: { a: 1 },
    times: [true, true],
  } satisfies Partial<Record<keyof CurrentJob | keyof Job | 'times', unknown>>)
})

void t.test('J15 a job that is not started in its ttl is dropped, and never run', async (t) => {
  const late = await queue.with({ ttl: 1 }).enqueue('arithmetic.add', 1, 2)
  const next = await queue.enqueue('arithmetic.add', 3, 4)
  await waitFor('the ttl to run out', async () => (await client.exists(keys.job(late.id))) === 0)
  t.equal(await runQueued(queue), 1)
  await t.rejects(late.refresh(), { code: 'RQD_NO_SUCH_JOB' })
  t.equal((await next.refresh()).result, 7)
  t.equal(await queue.count(), 0)
})
