import t from 'tap'
import { Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// J10, J17, J20, P3: Python RQ 1.13 and ours share deferred and scheduled jobs, and the schedulers' locks.

const only = { skip: withoutPythonRq }

t.test('J10 Python sees our deferred jobs, and its worker releases and runs them', only, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
  const parent = await queue.with({ jobId: 'parent' }).enqueue('operator.add', 1, 2)
  const child = await queue.with({ jobId: 'child', dependsOn: parent }).enqueue('operator.add', 3, 4)
  await queue.with({ jobId: 'last', dependsOn: [parent, child] }).enqueue('operator.add', 5, 6)
  const seen = await python<unknown>(
    redis,
    `from rq.registry import DeferredJobRegistry
q = Queue('py', connection=redis)
job = Job.fetch('last', connection=redis)
print(json.dumps({'deferred': sorted(DeferredJobRegistry(queue=q).get_job_ids()), 'status': job.get_status(),
  'parents': sorted(d.id for d in job.fetch_dependencies()), 'ids': job._dependency_ids,
  'met': job.dependencies_are_met(), 'dependents': sorted(i.decode() for i in redis.smembers(Job.dependents_key_for('parent')))}))`,
  )
  t.same(seen, {
    deferred: ['child', 'last'],
    status: 'deferred',
    parents: ['child', 'parent'],
    ids: ['parent', 'child'],
    met: false,
    dependents: ['child', 'last'],
  })
  const { code, stderr } = await rq(redis, ['worker', '--burst', 'py'])
  t.equal(code, 0, stderr)
  for (const [id, result] of [
    ['parent', 3],
    ['child', 7],
    ['last', 11],
  ] as const) {
    t.match(await Job.fetch(id, { connection: redis.client }), { status: 'finished', result }, id)
  }
})

t.test('J10 we release and run jobs that Python has deferred', only, async (t) => {
  const redis = await startRedis(t)
  await python(
    redis,
    `from rq.job import Dependency
q = Queue('default', connection=redis)
a = q.enqueue('operator.add', 1, 2, job_id='a')
b = q.enqueue('thrower.fail', 'on purpose', job_id='b')
q.enqueue('operator.add', 3, 4, job_id='child', depends_on=a)
q.enqueue('operator.add', 5, 6, job_id='strict', depends_on=[a, b])
q.enqueue('operator.add', 7, 8, job_id='lenient', depends_on=Dependency([a, b], allow_failure=True))
print('null')`,
  )
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const connection = redis.client
  for (const [id, result] of [
    ['child', 7],
    ['lenient', 15],
  ] as const) {
    const job = await Job.fetch(id, { connection })
    await waitFor(id, async () => (await job.refresh()).status === 'finished')
    t.equal(job.result, result)
  }
  t.equal((await Job.fetch('strict', { connection })).status, 'deferred')
})

t.test('J17 J20 Python’s scheduler and worker queue and run what we have scheduled, and retry it', only, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
  const job = await queue.enqueueAt(new Date(0), 'operator.add', 1, 2)
  const failing = await queue.with({ retry: { max: 3, interval: [0, 10, 20] } }).enqueue('operator.truediv', 1, 0)
  const { code, stderr } = await rq(redis, ['worker', '--burst', '--with-scheduler', 'py'])
  t.equal(code, 0, stderr)
  t.match(await job.refresh(), { status: 'finished', result: 3 })
  t.match(await failing.refresh(), { status: 'scheduled', retriesLeft: 1 })
})

t.test('W18 of Python’s schedulers and ours one holds the lock of a queue', only, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const locks = `from rq.scheduler import RQScheduler
from rq import Queue
s = RQScheduler(['default', 'theirs'], connection=redis)
print(json.dumps({'held': sorted(s.acquire_locks()), 'pid': type(Queue('default', connection=redis).scheduler_pid).__name__}))`
  t.same(await python(redis, locks), { held: ['theirs'], pid: 'int' })
  daemon.signal('SIGTERM')
  await daemon.ended
  t.same(await python(redis, locks), { held: ['default'], pid: 'int' }, 'once we are gone it is theirs')
  const job = await new Queue('default', { connection: redis.client }).enqueueAt(new Date(0), 'operator.add', 1, 2)
  const next = await startDaemon(t, redis, ['-N', '1', 'default'])
  t.equal((await job.refresh()).status, 'scheduled', 'their lock is respected')
  await redis.client.del('rq:scheduler-lock:default')
  await waitFor('us to take over', async () => (await job.refresh()).status === 'finished')
  next.signal('SIGTERM')
  await next.ended
})
