import t from 'tap'
import type { QueueOptions } from '../../../src/enqueuer.js'
import { Queue } from '../../../src/queue.js'
import { createKeys } from '../../../src/redis/keys.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { python, withoutPythonRq } from '../../helpers/python.js'
import { scoreIs, ttlIs } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

const redis = await startRedis(t)
const { client } = redis
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const open = (options: Partial<QueueOptions> = {}): Queue =>
  new Queue('low', { connection: client, taskPaths: [fixtureTasks], isAsync: false, ...options })
const leftOf = async (): Promise<string[]> => (await client.keys('*')).sort()

void t.test('J9: a job runs at once and is recorded like any other', async (t) => {
  const job = await open().enqueue('arithmetic.addLater', 1, 2)
  t.match(job, { status: 'finished', result: 3, workerName: 'sync', origin: 'low' })
  t.ok(job.startedAt instanceof Date && job.endedAt instanceof Date && job.endedAt >= job.startedAt)
  t.strictSame(await leftOf(), ['rq:finished:low', `rq:job:${job.id}`, 'rq:queues', `rq:results:${job.id}`])
  await scoreIs(t, client, keys.finished('low'), job.id, 500)
  await ttlIs(t, client, keys.job(job.id), 500)
})

void t.test('J9: a failure is recorded with its traceback, and is not tried again', async (t) => {
  const job = await open().enqueue('thrower.fail', 'at night')
  t.match(job, { status: 'failed', excInfo: /^ShopClosed: at night\n\s+at fail .*thrower\.mjs/ })
  t.notMatch(job.excInfo, /run-function|in-process/)
  await scoreIs(t, client, keys.failed('low'), job.id, 31_536_000)
  const unknown = await open().enqueue('arithmetic.ad')
  t.match(unknown, { status: 'failed', excInfo: /did you mean 'add'/ })
  t.equal(await client.llen(keys.queue('low')), 0)
})

void t.test('J9: TTLs hold: a result that is not wanted leaves nothing', async (t) => {
  const job = await open().with({ resultTtl: 0 }).enqueue('arithmetic.add', 1, 2)
  t.equal(job.status, 'finished')
  t.strictSame(await leftOf(), ['rq:queues'])
})

void t.test('J9: what does not end at its limit fails and is not waited for', async (t) => {
  const job = await open().with({ jobTimeout: 1 }).enqueue('sleeper.untilAborted')
  t.match(job, { status: 'failed', excInfo: /rq\.timeouts\.JobTimeoutException: .*\(1 seconds\)/ })
  t.ok(job.excInfo)
})

void t.test('J9: the function sees its job', async (t) => {
  const job = await open().enqueue('sleeper.whoAmI')
  t.equal(job.result, job.id)
})

void t.test('J9: many are checked first, then run in order', async (t) => {
  const queue = open()
  const jobs = await queue.enqueueMany([
    { func: 'arithmetic.add', args: [1, 1] },
    { func: 'arithmetic.add', args: [2, 2] },
  ])
  t.strictSame(
    jobs.map(({ result }) => result),
    [2, 4],
  )
  t.ok((jobs[0].endedAt ?? 0) <= (jobs[1].startedAt ?? 0))
  await t.rejects(queue.enqueueMany([{ func: 'arithmetic.add' }, { func: 'no name' }]), { code: 'RQD_BAD_OPTION' })
  t.equal(await client.zcard(keys.finished('low')), 2)
})

void t.test('J9: Python reads what was run', { skip: withoutPythonRq }, async (t) => {
  const good = await open({ serializer: 'pickle' }).enqueue('arithmetic.add', 1, 2)
  const bad = await open({ serializer: 'pickle' }).enqueue('thrower.fail', 'x')
  const seen = await python(
    redis,
    `good, bad = (Job.fetch(i, connection=redis) for i in ('${good.id}', '${bad.id}'))
print(json.dumps([good.get_status(), good.result, bad.get_status(), bad.exc_info.split(chr(10))[0],
  FailedJobRegistry('low', connection=redis).get_job_ids()]))`,
  )
  t.strictSame(seen, ['finished', 3, 'failed', 'ShopClosed: x', [bad.id]])
})
