import t from 'tap'
import { Job } from '../../src/job.js'
import { Queue } from '../../src/queue.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const connection = client
t.beforeEach(async () => {
  await client.flushall()
})

const fetch = (id: string): Promise<Job> => Job.fetch(id, { connection })
const refused = (message: RegExp) => ({ name: 'InvalidJobOperationError', code: 'RQD_INVALID_JOB_OPERATION', message })
const missing = { code: 'RQD_NO_SUCH_JOB' }

void t.test('J11: fetchMany gives the jobs in order, with null for those that are missing', async (t) => {
  const ids = Array.from({ length: 600 }, (_, i) => `job-${i}`)
  await make.enqueue(ids)
  await client.del(keys.job('job-0'), keys.job('job-599'))
  const jobs = await Job.fetchMany([...ids, 'job-1'], { connection })
  t.equal(jobs.length, 601)
  t.strictSame(
    jobs.map((job) => job?.id ?? null),
    [...ids.map((id) => (id === 'job-0' || id === 'job-599' ? null : id)), 'job-1'],
  )
  t.strictSame(await Job.fetchMany([], { connection }), [])
  await client.set(keys.job('text'), 'text')
  await t.rejects(Job.fetchMany(['text'], { connection }), { code: 'RQD_REDIS', message: /"text".*WRONGTYPE/ })
})

void t.test('J11: fetchMany brings the newest result of each', async (t) => {
  await make.running('a').then((claim) => make.finish([claim]))
  t.match(await Job.fetchMany(['a'], { connection }), [{ result: 3, isFinished: true }])
})

void t.test('J16: results gives all that are kept, the newest first', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await (await fetch('a')).results(), [])
  await make.fail([claim])
  await (await fetch('a')).requeue()
  const again = await make.claim()
  await make.start(again)
  await make.finish(again)
  const results = await (await fetch('a')).results()
  t.match(results, [
    { type: 'successful', value: 3, workerName: 'sup.1' },
    { type: 'failed', value: undefined, executionId: claim.execution },
  ])
})

void t.test('J11: all attributes have names', async (t) => {
  await make.enqueue('a', {
    fields: {
      dependency_ids: '["x", "y"]',
      group_id: 'g',
      success_callback_name: 'tasks.good',
      failure_callback_name: 'tasks.bad',
      stopped_callback_name: 'tasks.halted',
      retries_left: '2',
      retry_intervals: '[1, 5]',
      repeats_left: '3',
      repeat_intervals: '[60]',
      number_of_retries: '1',
      allow_dependency_failures: '1',
      enqueue_at_front: '1',
    },
  })
  t.match(await fetch('a'), {
    dependencyIds: ['x', 'y'],
    groupId: 'g',
    successCallback: 'tasks.good',
    failureCallback: 'tasks.bad',
    stoppedCallback: 'tasks.halted',
    retriesLeft: 2,
    retryIntervalsSec: [1, 5],
    repeatsLeft: 3,
    repeatIntervalsSec: [60],
    numberOfRetries: 1,
    allowDependencyFailures: true,
    enqueueAtFront: true,
    isQueued: true,
    isStarted: false,
    isFinished: false,
    isFailed: false,
    isStopped: false,
    isCanceled: false,
    isDeferred: false,
    isScheduled: false,
  })
})

void t.test('J11: getPosition counts the jobs before it; null where it does not wait', async (t) => {
  await make.enqueue(['a', 'b', 'c'])
  t.equal(await (await fetch('a')).getPosition(), 0)
  const last = await fetch('c')
  t.equal(await last.getPosition(), 2)
  await make.register()
  await make.claim()
  t.equal(await last.getPosition(), null)
})

void t.test('J12: cancel is refused where the job is canceled already, or missing', async (t) => {
  await make.enqueue('a')
  const job = await fetch('a')
  const same = await fetch('a')
  await job.cancel()
  t.equal(job.isCanceled, true)
  await t.rejects(same.cancel(), refused(/job "a" cannot be canceled: its status is canceled already/))
  await client.del(keys.job('a'))
  await t.rejects(job.cancel(), missing)
})

void t.test('J12: requeue takes failed and stopped jobs, and refuses others by their status', async (t) => {
  await make.running('a').then((claim) => make.fail([claim]))
  await make.enqueue('b')
  const job = await fetch('a')
  await job.requeue({ atFront: true })
  t.match(job, { status: 'queued', startedAt: undefined, endedAt: undefined })
  t.strictSame(await make.list(), ['a', 'b'])
  await t.rejects(job.requeue(), refused(/"a" cannot be requeued: its status is queued; expected a failed or stopped/))
  const claims = await make.claim()
  await make.start(claims)
  await t.rejects(job.requeue(), refused(/its status is started.*stop it first/))
  await make.finish(claims)
  await t.rejects(job.requeue(), refused(/its status is finished.*enqueue its function anew/))
  await client.del(keys.job('a'))
  await t.rejects(job.requeue(), missing)
})

void t.test('J12: stop is for jobs that run, on workers that listen', async (t) => {
  await make.enqueue('a')
  const job = await fetch('a')
  await t.rejects(job.stop(), refused(/"a" cannot be stopped: its status is queued.*cancel\(\)/))
  await make.register()
  await make.start(await make.claim())
  await t.rejects(job.stop(), refused(/"a" cannot be stopped: its worker "sup\.1" does not listen/))
  await job.delete()
  await t.rejects(job.stop(), missing)
})

void t.test('J12: delete says how many there were', async (t) => {
  const job = await new Queue('q', { connection }).enqueue('tasks.add', 1)
  t.equal(await job.delete({ deleteDependents: true }), 1)
  t.equal(await job.delete(), 0)
  t.strictSame(await make.list(), [])
  await t.rejects(job.refresh(), missing)
})

for (const serializer of ['json', 'pickle'] as const) {
  void t.test(`J13: meta is one object that can be changed and saved, in ${serializer}`, async (t) => {
    const queue = new Queue('q', { connection, serializer })
    const job = await queue.enqueue('tasks.add', 1)
    job.meta['step'] = 1
    t.strictSame(job.meta, { step: 1 })
    await job.saveMeta()
    const bytes = await client.hgetBuffer(keys.job(job.id), 'meta')
    t.equal(bytes?.[0], serializer === 'json' ? '{'.charCodeAt(0) : 0x80)
    const other = await fetch(job.id)
    t.strictSame({ ...other.meta }, { step: 1 })
    other.meta['step'] = 2
    await other.saveMeta()
    await job.refresh()
    t.strictSame({ ...job.meta }, { step: 2 })
    delete job.meta['step']
    await job.saveMeta()
    t.equal(await client.hexists(keys.job(job.id), 'meta'), 0)
    job.meta['f'] = () => 1
    await t.rejects(job.saveMeta(), { code: 'RQD_UNREPRESENTABLE' })
    await client.del(keys.job(job.id))
    delete job.meta['f']
    await t.rejects(job.saveMeta(), missing)
  })
}
