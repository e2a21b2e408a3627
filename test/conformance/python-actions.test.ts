import t from 'tap'
import { Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { dump } from '../helpers/dump.js'
import { Factory } from '../helpers/factory.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// J12 beside stock Python RQ 1.13: the same action leaves the same keys, whoever takes it on whose jobs.

const ids = ['waits', 'parent', 'child', 'later', 'good', 'bad']

const pythonJobs = `
from datetime import timedelta
from rq import SimpleWorker
q = Queue('q', connection=redis)
q.enqueue('operator.add', 1, 2, job_id='good')
q.enqueue('operator.truediv', 1, 0, job_id='bad')
SimpleWorker([q], connection=redis).work(burst=True, logging_level='CRITICAL')
q.enqueue('operator.add', 1, 2, job_id='waits')
parent = q.enqueue('operator.add', 1, 2, job_id='parent')
q.enqueue('operator.add', 1, 2, job_id='child', depends_on=parent)
q.enqueue_in(timedelta(hours=1), 'operator.add', 1, 2, job_id='later')
print('null')`

async function ourJobs(redis: TestRedis): Promise<void> {
  const make = new Factory(redis.client)
  const queue = new Queue('q', { connection: redis.client, serializer: 'pickle' })
  const enqueue = (jobId: string): Promise<Job> => queue.with({ jobId }).enqueue('operator.add', 1, 2)
  await enqueue('good')
  await enqueue('bad')
  await make.register()
  const [good, bad] = await make.claim()
  await make.start([good!, bad!])
  await make.finish([good!])
  await make.fail([bad!])
  for (const id of ['waits', 'parent']) await enqueue(id)
}

const act = (action: 'cancel' | 'delete'): string => `
for job_id in ${JSON.stringify(ids)}:
    if Job.exists(job_id, connection=redis):
        Job.fetch(job_id, connection=redis).${action}()
print('null')`

/** What there is of jobs, without times and what else differs from run to run. */
async function shown(redis: TestRedis): Promise<Record<string, unknown>> {
  const all = await dump(redis.client)
  const own = Object.entries(all).filter(([key]) => !/^(rqd:|rq:(worker|workers|clean_registries|results)\b)/.test(key))
  return Object.fromEntries(
    own.map(([key, { type, expires, content }]) => {
      const value = type === 'zset' ? Object.keys(content as object) : type === 'hash' ? statusOf(content) : content
      return [key, { type, expires, value }]
    }),
  )
}

function statusOf(hash: unknown): unknown {
  const { status, origin, dependency_ids } = hash as Record<string, string>
  return { status, origin, dependency_ids }
}

for (const [whose, make] of [
  ['of Python', (redis: TestRedis) => python(redis, pythonJobs)],
  ['of ours', ourJobs],
] as const) {
  t.test(`J12: cancel and delete leave what RQ leaves, on jobs ${whose}`, { skip: withoutPythonRq }, async (t) => {
    const redis = await startRedis(t)
    await make(redis)
    await python(redis, act('cancel'))
    const canceled = await shown(redis)
    await python(redis, act('delete'))
    const deleted = await shown(redis)
    await redis.client.flushall()
    await make(redis)
    const jobs = (await Job.fetchMany(ids, { connection: redis.client })).filter((job) => job !== null)
    for (const job of jobs) await job.cancel()
    t.strictSame(await shown(redis), canceled, 'cancel')
    for (const job of jobs) await job.delete()
    t.strictSame(await shown(redis), deleted, 'delete')
    t.strictSame(await redis.client.keys('rq:results:*'), [], 'and the results go too')
  })
}

t.test('J12: send_stop_job_command of Python stops a job of ours', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '2', '--name', 'ours', 'default'])
  await python(
    redis,
    `Queue('default', connection=redis).enqueue('sleeper.sleep', 60000, job_id='j1')
print('null')`,
  )
  const job = await waitFor('the job to run', async () => {
    const found = await Job.fetch('j1', { connection: redis.client })
    return found.isStarted && found
  })
  await python(
    redis,
    `from rq.command import send_stop_job_command
send_stop_job_command(redis, 'j1')
print('null')`,
  )
  await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
  const seen = await python(
    redis,
    `job = Job.fetch('j1', connection=redis)
print(json.dumps([job.get_status(), job.is_stopped, job.exc_info.splitlines()[0], job.id in FailedJobRegistry('default', connection=redis)]))`,
  )
  t.strictSame(seen, ['stopped', true, 'Job stopped by user, work-horse terminated.', true])
})

t.test('J12: stop reaches a job that a Python worker runs', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
  const job = await queue.enqueue('time.sleep', 60)
  const worker = rq(redis, ['worker', '--burst', 'py'])
  await waitFor('the job to run', async () => (await job.refresh()).isStarted)
  await job.stop()
  const { code, stderr } = await worker
  t.equal(code, 0, stderr)
  t.ok((await job.refresh()).isStopped)
  t.match(job.excInfo, /Job stopped by user, work-horse terminated\./)
})

t.test('J13: meta that we save is read by Python, and its own by us', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
  const job = await queue.with({ jobId: 'j1' }).enqueue('operator.add', 1, 2)
  job.meta['ours'] = [1, 'two']
  await job.saveMeta()
  const seen = await python(
    redis,
    `job = Job.fetch('j1', connection=redis)
print(json.dumps(job.meta))
job.meta['theirs'] = {'a': None}
job.save_meta()`,
  )
  t.strictSame(seen, { ours: [1, 'two'] })
  t.same({ ...(await job.refresh()).meta }, { ours: [1, 'two'], theirs: { a: null } })
})
