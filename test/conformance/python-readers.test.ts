import t from 'tap'
import { Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// P3, P4: RQ's own tools and workers beside ours.

t.test(
  'rq info shows our workers, what they do, and the counts, while a job runs',
  { skip: withoutPythonRq },
  async (t) => {
    const redis = await startRedis(t)
    const daemon = await startDaemon(t, redis, ['-N', '2', '--name', 'ours', 'high', 'default'])
    const queue = new Queue('default', { connection: redis.client })
    await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('a job to finish', async () => (await daemon.status()).counters.finished === 1)
    await queue.enqueue('sleeper.sleep', 60_000)
    await waitFor('the job to be shown as running', async () => (await redis.client.zcard('rq:wip:default')) === 1)
    const { code, stdout, stderr } = await rq(redis, ['info', '--raw'])
    t.equal(code, 0, stderr)
    t.match(stdout, /queue default 0/)
    t.match(stdout, /worker ours\.[12] .*busy high, default/)
    t.match(stdout, /worker ours\.[12] .*idle high, default/)
    const seen = await python<{ count: number; states: string[]; current: (string | null)[]; jobs: number[] }>(
      redis,
      `workers = sorted(Worker.all(connection=redis), key=lambda w: w.name)
print(json.dumps({'count': Worker.count(connection=redis), 'states': sorted(w.get_state() for w in workers),
  'current': [w.get_current_job_id() for w in workers], 'jobs': [w.successful_job_count for w in workers]}))`,
    )
    t.equal(seen.count, 2)
    t.same(seen.states, ['busy', 'idle'])
    t.equal(seen.current.filter((id) => id !== null).length, 1)
    t.equal(
      seen.jobs.reduce((sum, count) => sum + count),
      1,
    )
    daemon.signal('SIGTERM')
    // Two that come at once are one.
    await daemon.logged('stopping after the running jobs')
    daemon.signal('SIGTERM')
    await daemon.ended
    t.equal(await python(redis, `print(Worker.count(connection=redis))`), 0)
  },
)

t.test(
  'a Python worker runs a job of our library in pickle mode, and we read its result',
  { skip: withoutPythonRq },
  async (t) => {
    const redis = await startRedis(t)
    const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
    const added = await queue.enqueue('operator.add', 40, 2)
    const failed = await queue.enqueue('operator.truediv', 1, 0)
    const keyed = await queue.enqueueCall({
      func: 'builtins.dict',
      kwargs: { a: 1, b: [true, null] },
      meta: { from: 'us' },
    })
    const { code, stderr } = await rq(redis, ['worker', '--burst', 'py'])
    t.equal(code, 0, stderr)
    t.equal((await added.refresh()).result, 42)
    t.equal(added.status, 'finished')
    await failed.refresh()
    t.equal(failed.status, 'failed')
    t.match(failed.excInfo, 'ZeroDivisionError')
    await keyed.refresh()
    t.same({ ...(keyed.result as object) }, { a: 1, b: [true, null] })
    t.same({ ...keyed.meta }, { from: 'us' })
    t.match(await (await Job.fetch(added.id, { connection: redis.client })).latestResult(), {
      type: 'successful',
      value: 42,
    })
  },
)

t.test('a Python worker and ours share queues, and every job runs once', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('both', { connection: redis.client, serializer: 'pickle', taskPaths: [] })
  const jobs: Job[] = []
  for (let i = 0; i < 60; i++) jobs.push(await queue.enqueue('operator.add', i, 1))
  // Our side has a module of the same name.
  const daemon = await startDaemon(t, redis, ['-N', '1', 'both'])
  const { code, stderr } = await rq(redis, ['worker', '--burst', 'both'])
  t.equal(code, 0, stderr)
  await waitFor('all to finish', async () => (await redis.client.zcard('rq:finished:both')) === 60)
  const ours = (await daemon.status()).counters.finished
  t.ok(ours > 0)
  for (const [i, job] of jobs.entries()) {
    await job.refresh()
    t.equal(job.result, i + 1)
    t.equal(await redis.client.xlen(`rq:results:${job.id}`), 1, 'ran once')
  }
})
