import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ControlClient } from '../../daemon/control/client.js'
import { type Job, Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// Jobs are claimed, handed over and settled many at a time. Nobody may notice, but by the speed.

/** Jobs of which a pause leaves some, though this machine stands still for a moment. */
const SPINS = 100

function queueOn(redis: TestRedis, name = 'default'): Queue {
  return new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })
}

/** Let the daemon learn that jobs of this function, and of this queue, are short. */
async function teach(redis: TestRedis, queue: Queue, count = 100): Promise<void> {
  const finished = `rq:finished:${queue.name}`
  const before = await redis.client.zcard(finished)
  await queue.enqueueMany(Array.from({ length: count }, () => queue.prepare('arithmetic.nothing')))
  await waitFor('short jobs to be known', async () => (await redis.client.zcard(finished)) === before + count)
}

const finished = async (job: Job): Promise<boolean> => (await job.refresh()).status === 'finished'

t.test('a job that turns out long holds nobody up: what lay behind it is run by others', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const gate = join(redis.folder, 'gate')
  const daemon = await startDaemon(t, redis, ['-N', '2'])
  await teach(redis, queue)
  // Unknown to the daemon, it looks like the others of its queue.
  const jobs = await queue.enqueueMany([
    queue.prepare('arithmetic.nothing'),
    queue.with({ description: 'arithmetic.nothing()' }).prepare('gate.wait', gate),
    ...Array.from({ length: 200 }, () => queue.prepare('arithmetic.nothing')),
  ])
  const [, long, ...others] = jobs
  await waitFor('all others to finish', async () => (await Promise.all(others.map(finished))).every(Boolean))
  await waitFor('the long one to be shown', async () => (await long.refresh()).status === 'started')
  const { executors } = await daemon.status()
  t.equal(
    executors.reduce((sum, { ahead }) => sum + ahead, 0),
    0,
  )
  await writeFile(gate, '')
  await waitFor('the long one', () => finished(long))
  t.equal((await daemon.status()).counters.finished, 302, 'each of them once')
})

t.test('a pause takes hold of jobs that were handed over ahead, and keeps their order', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '2'])
  await teach(redis, queue)
  // A command line would take too long to start beside two executors that spin.
  const client = await ControlClient.connect(daemon.socket, { timeoutMs: 30_000 })
  t.teardown(() => client.close())
  const spins = Array.from({ length: SPINS }, (_, i) =>
    queue.with({ jobId: `spin-${i}`, description: 'arithmetic.nothing()' }).prepare('spinner.spinFor', 60),
  )
  await queue.enqueueMany(spins)
  await waitFor('some to be held', async () => (await redis.client.llen('rq:queue:default')) < SPINS - 2)
  t.match(await client.call('pause', {}), { paused: ['default'] })
  // What runs ends; nothing more begins.
  await waitFor('the running ones to end', async () =>
    (await daemon.status()).executors.every(({ state, ahead }) => state === 'idle' && ahead === 0),
  )
  const waiting = await redis.client.lrange('rq:queue:default', 0, -1)
  // One executor may have got further than the other.
  const done = new Set<string>(await redis.client.zrange('rq:finished:default', '0', '-1'))
  const rest = spins.map((_, i) => `spin-${i}`).filter((id) => !done.has(id))
  t.ok(rest.length > 10, `${String(SPINS - rest.length)} had begun`)
  t.same(waiting, rest, 'the rest waits as before')
  t.equal((await rqctl(['resume', '--socket', daemon.socket])).code, 0)
  await waitFor('the rest', async () => (await redis.client.zcard('rq:finished:default')) === 100 + SPINS)
})

t.test('when an executor dies, the job that ran fails; those behind it run once, elsewhere', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1'])
  await teach(redis, queue)
  const jobs = await queue.enqueueMany([
    queue.with({ description: 'arithmetic.nothing()' }).prepare('thrower.leave', 3),
    ...Array.from({ length: 50 }, () => queue.prepare('arithmetic.nothing')),
  ])
  const [bad, ...others] = jobs
  await waitFor('the others', async () => (await Promise.all(others.map(finished))).every(Boolean))
  t.equal((await bad.refresh()).status, 'failed')
  t.match(bad.excInfo, /ended with exit code 3/)
  t.match((await daemon.status()).counters, { finished: 150, failed: 1, executorDeaths: 1, fenced: 0 })
})

t.test('with --concurrency, an executor runs several asynchronous jobs at a time', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const gate = join(redis.folder, 'gate')
  const daemon = await startDaemon(t, redis, ['-N', '1', '--concurrency', '5'])
  const jobs = await queue.enqueueMany(Array.from({ length: 7 }, () => queue.prepare('gate.wait', gate)))
  await waitFor('five to run', async () => (await daemon.status()).executors[0]?.running === 5)
  await waitFor('five to be shown', async () => (await redis.client.zcard('rq:wip:default')) === 5)
  t.equal(await redis.client.llen('rq:queue:default'), 2)
  await writeFile(gate, '')
  await waitFor('all to end', async () => (await Promise.all(jobs.map(finished))).every(Boolean))
})

t.test(
  'each of several jobs in one executor has its own limit; the neighbours of one that must be killed run again',
  async (t) => {
    const redis = await startRedis(t)
    const queue = queueOn(redis)
    const gate = join(redis.folder, 'gate')
    const daemon = await startDaemon(t, redis, ['-N', '1', '--concurrency', '3'])
    const [calm, stubborn] = await queue.enqueueMany([
      queue.prepare('gate.wait', gate),
      queue.with({ jobTimeout: 1 }).prepare('sleeper.sleep', 60_000),
    ])
    await waitFor('the limit', async () => (await stubborn.refresh()).status === 'failed')
    t.match(stubborn.excInfo, /JobTimeoutException/)
    await writeFile(gate, '')
    await waitFor('the neighbour', () => finished(calm))
    t.match((await daemon.status()).counters, { finished: 1, failed: 1, handedBack: 1, retried: 0, executorDeaths: 0 })
  },
)

t.test('what several jobs in one executor print is told apart', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  await startDaemon(t, redis, ['-N', '1', '--concurrency', '2'])
  await queue.enqueue('talker.twice', 'neighbour', 100)
  const job = await queue.enqueue('talker.last', 'culprit')
  await waitFor('its death', async () => (await job.refresh()).status === 'failed')
  t.match(job.excInfo, /culprit was here/)
  t.notMatch(job.excInfo, /neighbour/)
})
