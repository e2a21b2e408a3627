import t, { type Test } from 'tap'
import { systemClock, type Clock } from '../../../src/clock.js'
import { Queue } from '../../../src/index.js'
import { systemRandom } from '../../../src/random.js'
import { connectRedis } from '../../../src/redis/connection.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { strictOrder } from '../../../src/worker/queue-order.js'
import { ownIdentity } from '../../../daemon/host.js'
import { JobLog } from '../../../daemon/job-log.js'
import { recycleNever } from '../../../daemon/supervisor/lifetime.js'
import { spawnNodeExecutor } from '../../../daemon/supervisor/spawn.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { Supervisor } from '../../../daemon/supervisor/supervisor.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis, type TestRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

/** A supervisor that runs in this process, with a wall clock that is wrong by so much. */
async function startSupervisor(t: Test, redis: TestRedis, name: string, skewMs: number): Promise<Supervisor> {
  const supervisor = await newSupervisor(t, redis, name, skewMs)
  await supervisor.start()
  return supervisor
}

async function newSupervisor(t: Test, redis: TestRedis, name: string, skewMs: number): Promise<Supervisor> {
  const clock: Clock = { epochMs: () => systemClock.epochMs() + skewMs, monoMs: () => systemClock.monoMs() }
  const connect = (commandTimeoutMs: number): ReturnType<typeof connectRedis> =>
    connectRedis(redis.url, { commandTimeoutMs, random: systemRandom })
  const client = connect(5_000)
  await client.connect()
  const logger = new RecordingLogger()
  const supervisor = new Supervisor({
    name,
    daemonId: systemRandom.hex(32),
    version: '0.0.0',
    // Another host each, so that no proof of death but the lease applies.
    identity: { ...ownIdentity(), host: name },
    queues: ['default'],
    executors: 1,
    concurrency: 1,
    spares: 0,
    taskPaths: [fixtureTasks],
    preload: [],
    recycle: recycleNever,
    events: new EventHub(clock),
    burst: false,
    order: strictOrder,
    maxJobs: Infinity,
    maxIdleMs: Infinity,
    resultTtlSec: 500,
    // Longer than a busy machine stands still.
    leaseMs: 5_000,
    maxDeaths: 3,
    redisUrl: redis.url,
    store: new Store(client, createKeys()),
    connect: () => connect(10_000),
    spawn: () => spawnNodeExecutor({ environment: process.env, daemonId: name, heapMb: null }),
    clock,
    random: systemRandom,
    logger,
    jobLog: new JobLog({ logger, level: 'info', clock }),
    output: () => undefined,
  })
  t.teardown(async () => {
    await supervisor.stop(true)
    client.disconnect()
  })
  return supervisor
}

t.test('I4: clocks that are wrong by five minutes either way let no lease of ours run out early or late', async (t) => {
  const redis = await startRedis(t)
  const fast = await startSupervisor(t, redis, 'fast', 5 * 60_000)
  const slow = await startSupervisor(t, redis, 'slow', -5 * 60_000)
  const queue = new Queue('default', { connection: redis.client })
  const jobs = [await queue.enqueue('sleeper.sleep', 8_000), await queue.enqueue('sleeper.sleep', 8_000)]
  for (const job of jobs) {
    await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
    t.equal(await redis.client.xlen(`rq:results:${job.id}`), 1)
    t.ok((await redis.client.ttl(`rq:job:${job.id}`)) > 490, 'kept for its result TTL')
    const score = Number(await redis.client.zscore('rq:finished:default', job.id))
    t.ok(Math.abs(score - Date.now() / 1000 - 500) < 10, 'the registry goes by the clock of Redis')
  }
  for (const supervisor of [fast, slow]) {
    t.match(await supervisor.status(), { counters: { recovered: 0, fenced: 0, handedBack: 0 } })
  }
})

t.test('I2: a burst of pauses and resumes under load neither loses nor repeats a job', async (t) => {
  const redis = await startRedis(t)
  const supervisor = await startSupervisor(t, redis, 'juggler', 0)
  const queue = new Queue('default', { connection: redis.client })
  const jobs = await Promise.all(Array.from({ length: 120 }, () => queue.enqueue('sleeper.sleep', 2)))
  for (let i = 0; i < 30; i++) {
    await supervisor.pause([])
    await supervisor.resume([])
    await waitFor('a job to end', async () => (await redis.client.zcard('rq:finished:default')) > i)
  }
  await waitFor('all to finish', async () => (await redis.client.zcard('rq:finished:default')) === 120)
  for (const job of jobs) t.equal(await redis.client.xlen(`rq:results:${job.id}`), 1, 'ran once')
})

t.test('pausing a queue that the daemon does not serve is refused by name', async (t) => {
  const redis = await startRedis(t)
  const supervisor = await startSupervisor(t, redis, 'strict', 0)
  await t.rejects(supervisor.pause(['nowhere']), { code: 'RQD_BAD_OPTION', message: /"nowhere".*default/ })
})

t.test('told to stop before it starts, it starts nothing', async (t) => {
  const redis = await startRedis(t)
  const supervisor = await newSupervisor(t, redis, 'early', 0)
  await supervisor.stop()
  await t.rejects(supervisor.start(), { code: 'RQD_EXECUTOR', message: /stopped before it started/ })
  t.match(await supervisor.status(), { state: 'stopping', executors: [{ pid: null }] })
  t.same(await redis.client.keys('*'), [])
})
