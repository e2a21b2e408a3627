import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { Queue, type Job } from '../../src/index.js'
import { fixtureTasks, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// I8: whatever happens to Redis, the daemon notices, says so, keeps jobs running, and settles them when it can.

const durable = ['--appendonly', 'yes', '--appendfsync', 'always']

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

async function finished(job: Job, boundMs = 30_000): Promise<void> {
  await waitFor(`job ${job.id} to finish`, async () => (await job.refresh()).status === 'finished', boundMs)
}

async function starts(daemon: TestDaemon, job: Job): Promise<number> {
  return daemon.log().split(`job started  jobId=${job.id}`).length - 1
}

t.test('a job that runs while Redis is killed and restarted runs once, and its result is stored', async (t) => {
  const redis = await startRedis(t, durable)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const job = await queueOn(redis).enqueue('sleeper.sleep', 800)
  await daemon.logged('job started')
  await redis.restart()
  await finished(job)
  t.equal(await starts(daemon, job), 1)
  t.match(await daemon.status(), { redis: { connected: true }, counters: { finished: 1, failed: 0, handedBack: 0 } })
  const next = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
  await finished(next)
})

t.test('a result that comes while Redis is away waits for it', async (t) => {
  const redis = await startRedis(t, durable)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = `${redis.folder}/gate`
  const job = await queueOn(redis).enqueue('gate.wait', gate)
  await daemon.logged('job started')
  redis.signal('SIGKILL')
  await writeFile(gate, '')
  await daemon.logged('job finished')
  await daemon.logged('results wait for Redis')
  await redis.restart()
  await finished(job)
  t.equal(await starts(daemon, job), 1)
})

t.test('a frozen Redis is noticed within seconds, told in status and log, and nothing is lost', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = `${redis.folder}/gate`
  const running = await queue.enqueue('gate.wait', gate)
  const waiting = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor('the job to be shown as running', async () => (await redis.client.zcard('rq:wip:default')) === 1)
  redis.signal('SIGSTOP')
  const frozenMs = performance.now()
  await waitFor('status to say so', async () => !(await daemon.status()).redis.connected)
  t.ok(performance.now() - frozenMs < 30_000, 'noticed while it lasted')
  await daemon.logged('Redis does not answer')
  t.match(await daemon.status(), { redis: { roundTripMs: null }, queues: [{ depth: null }] })
  await writeFile(gate, '')
  await daemon.logged('job finished')
  redis.signal('SIGCONT')
  await finished(running)
  await finished(waiting)
  t.equal(await starts(daemon, running), 1)
  await waitFor('status to say so again', async () => (await daemon.status()).redis.connected)
  t.match(await daemon.status(), { counters: { finished: 2, failed: 0 } })
})

t.test('connections that are cut again and again lose and repeat nothing', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '2', 'default'])
  const jobs: Job[] = []
  for (let i = 0; i < 150; i++) jobs.push(await queue.enqueue('sleeper.sleep', 5))
  for (let cut = 0; cut < 10; cut++) {
    const before = (await redis.client.zcard('rq:finished:default')) + 5
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await waitFor('some more to finish', async () => {
      const now = await redis.client.zcard('rq:finished:default')
      return now >= Math.min(before, 150)
    })
  }
  for (const job of jobs) await finished(job)
  for (const job of jobs) t.equal(await redis.client.xlen(`rq:results:${job.id}`), 1, 'settled once')
  t.match(await daemon.status(), { counters: { finished: 150, failed: 0, fenced: 0 } })
  t.same(await redis.client.keys('rqd:claims:*'), [])
})

t.test('scripts that the server forgets are sent again', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await finished(await queue.enqueue('arithmetic.nothing'))
  await redis.client.script('FLUSH')
  await finished(await queue.enqueue('arithmetic.nothing'))
})

t.test('while Redis is out of memory leases are kept and results stored; afterwards work goes on', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--lease-sec', '2', 'default'])
  const running = await queue.enqueue('sleeper.sleep', 4_000)
  const waiting = await queue.enqueue('arithmetic.add', 1, 2)
  await daemon.logged('job started')
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction')
  await redis.client.config('SET', 'maxmemory', '1')
  await finished(running)
  const [lease] = await redis.client.zrangebyscore('rqd:supervisors', '1', '+inf')
  t.ok(lease, 'the lease stands')
  await redis.client.config('SET', 'maxmemory', '0')
  await finished(waiting)
  t.match(await daemon.status(), { counters: { recovered: 0, fenced: 0, failed: 0 } })
})

t.test('a Redis that turns into a replica and back is waited for', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = `${redis.folder}/gate`
  const running = await queue.enqueue('gate.wait', gate)
  await daemon.logged('job started')
  // Nobody answers at this address; the server refuses writes all the same.
  await redis.client.replicaof('127.0.0.1', 1)
  await writeFile(gate, '')
  await daemon.logged('job finished')
  await daemon.logged('results wait for Redis')
  await redis.client.replicaof('NO', 'ONE')
  await finished(running)
  t.equal(await starts(daemon, running), 1)
})

t.test('a flushed Redis makes the daemon register again, and it goes on', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'again', 'default'])
  await redis.client.flushall()
  await daemon.logged('the lease was lost')
  await waitFor('the worker to be registered', async () => (await redis.client.scard('rq:workers')) === 1)
  await finished(await queue.enqueue('arithmetic.add', 1, 2))
})
