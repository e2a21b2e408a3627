import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { type Job, Queue } from '../../src/index.js'
import { fixtureTasks, rqd, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const finished = async (job: Job): Promise<boolean> => (await job.refresh()).status === 'finished'

t.test('J20 scheduled jobs run when their time has come, and not before', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const future = await queue.enqueueIn('1h', 'arithmetic.add', 1, 1)
  const soon = await queue.enqueueIn(1, 'arithmetic.add', 1, 2)
  const past = await queue.enqueueAt(new Date(0), 'arithmetic.add', 1, 3)
  await waitFor('the two that are due', async () => (await finished(past)) && (await finished(soon)))
  const waitedMs = (soon.startedAt?.getTime() ?? 0) - (soon.createdAt?.getTime() ?? 0)
  t.ok(waitedMs < 10_000, `${waitedMs} ms`)
  t.match(soon, { result: 3 })
  t.equal((await future.refresh()).status, 'scheduled')
})

t.test('J17 a delayed retry comes back with no other scheduler running', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = join(redis.folder, 'gate')
  const queue = new Queue('default', { connection: redis.client })
  const job = await queue.with({ retry: { max: 2, interval: 1 } }).enqueue('gate.pass', gate)
  await waitFor('the first failure', async () => (await job.refresh()).status === 'scheduled')
  await writeFile(gate, '')
  await waitFor('the retry', () => finished(job))
  t.equal(job.retriesLeft, 1)
})

t.test('W18 when the daemon that schedules is killed, another takes over within seconds', async (t) => {
  const redis = await startRedis(t)
  const first = await startDaemon(t, redis, ['-N', '1', 'default'])
  const holder = await redis.client.get('rq:scheduler-lock:default')
  await startDaemon(t, redis, ['-N', '1', 'default'])
  t.equal(await redis.client.get('rq:scheduler-lock:default'), holder)
  first.signal('SIGKILL')
  const job = await new Queue('default', { connection: redis.client }).enqueueIn(1, 'arithmetic.add', 1, 2)
  await waitFor('the job', () => finished(job))
  t.not(await redis.client.get('rq:scheduler-lock:default'), holder)
})

t.test('W2 a burst takes what is due along; --no-scheduler leaves it', async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('default', { connection: redis.client })
  const job = await queue.enqueueAt(new Date(0), 'operator.add', 1, 2)
  const flags = ['--url', redis.url, '--path', fixtureTasks, '--burst', '-N', '1']
  const socket = ['--socket', join(redis.folder, 'burst.sock')]
  t.equal((await rqd([...flags, ...socket, '--no-scheduler'])).code, 0)
  t.equal((await job.refresh()).status, 'scheduled')
  t.equal((await rqd([...flags, ...socket])).code, 0)
  t.match(await job.refresh(), { status: 'finished', result: 3 })
  t.strictSame(await redis.client.keys('rq:scheduler*'), [], 'locks are given back')
})
