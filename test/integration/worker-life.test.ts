import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Job, Queue, Worker } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { ttlIs } from '../helpers/factory.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// W4, W7, W8: workers of a real daemon, as RQ's readers find them in Redis.

/** Every state that is written to the hash of a worker, without repetitions, from now on. */
async function statesOf(t: Test, redis: TestRedis, key: string): Promise<string[]> {
  const monitor = await redis.client.monitor()
  t.teardown(() => monitor.disconnect())
  const states: string[] = []
  monitor.on('monitor', (_time: string, [command = '', target, ...fields]: string[]) => {
    if (command.toLowerCase() !== 'hset' || target !== key) return
    const at = fields.indexOf('state')
    const state = at < 0 ? undefined : fields[at + 1]
    if (state !== undefined && state !== states.at(-1)) states.push(state)
  })
  return states
}

t.test('W4: birth, listen, prepare, run in another process, clean up, again, and death', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const key = 'rq:worker:w'
  const place = { connection: client }
  const states = await statesOf(t, redis, key)
  const queue = new Queue('low', place)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'w', 'high', 'low'])
  const worker = await waitFor('the worker to listen', async () => {
    const [found] = await Worker.all({ ...place, queue: 'low' })
    return found?.state === 'idle' && found
  })
  const [nowSec] = await client.time()
  t.match(worker, {
    name: 'w',
    hostname: hostname(),
    queues: ['high', 'low'],
    currentJobId: undefined,
    successfulJobCount: 0,
    failedJobCount: 0,
    totalWorkingTimeSec: 0,
  })
  for (const time of [worker.birthDate, worker.lastHeartbeat]) {
    const agoSec = Number(nowSec) - (time?.getTime() ?? NaN) / 1000
    t.ok(Math.abs(agoSec) < 60, `${agoSec} s ago`)
  }
  t.ok((await client.ttl(key)) > 60, 'it would disappear by itself')

  // Prepare: busy, and the job among those that have started.
  const gate = join(redis.folder, 'gate')
  const job = await queue.enqueue('gate.wait', gate)
  await waitFor('the worker to be busy', async () => (await worker.refresh()).state === 'busy')
  t.equal(worker.currentJobId, job.id)
  t.equal((await worker.currentJob())?.id, job.id)
  t.match(await job.refresh(), { status: 'started', workerName: 'w' })
  t.ok(await queue.startedJobRegistry.contains(job))

  // Clean up: idle, the registry, its TTL, the counters.
  await writeFile(gate, '')
  await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
  await waitFor('the worker to be idle', async () => (await worker.refresh()).state === 'idle')
  t.match(worker, { currentJobId: undefined, successfulJobCount: 1, failedJobCount: 0 })
  t.ok(worker.totalWorkingTimeSec > 0)
  t.notOk(await queue.startedJobRegistry.contains(job))
  t.ok(await queue.finishedJobRegistry.contains(job))
  await ttlIs(t, client, `rq:job:${job.id}`, 500)
  const bad = await queue.enqueue('thrower.fail', 'at night')
  await waitFor('a job to fail', async () => (await bad.refresh()).status === 'failed')
  t.ok(await queue.failedJobRegistry.contains(bad))
  await ttlIs(t, client, `rq:job:${bad.id}`, 365 * 86_400)

  // The loop goes on. The function runs in another process than its supervisor.
  const next = await queue.enqueue('fickle.pid')
  await waitFor('another job to finish', async () => (await next.refresh()).status === 'finished')
  t.not(next.result, daemon.pid)
  t.match(await worker.refresh(), { pid: next.result, successfulJobCount: 2, failedJobCount: 1 })

  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
  t.strictSame(await Worker.all(place), [])
  t.equal(await client.sismember('rq:workers:low', key), 0)
  t.equal(await client.hexists(key, 'death'), 1, 'it says when it died')
  await ttlIs(t, client, key, 60)
  t.strictSame(states.slice(0, 4), ['started', 'idle', 'busy', 'idle'])
  t.equal((await Job.fetch(job.id, place)).workerName, 'w', 'who ran it stays known')
})

t.test('W7: without --name workers have random names; with one, theirs are numbered', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const random = (await Worker.all({ connection: redis.client })).map(({ name }) => name)
  t.equal(new Set(random).size, 2)
  for (const name of random) t.match(name, /^rqd-[0-9a-f]{8}/)
  await startDaemon(t, redis, ['-N', '2', '--name', 'web', 'default'])
  const all = (await Worker.all({ connection: redis.client })).map(({ name }) => name)
  t.strictSame(
    all.filter((name) => !random.includes(name)),
    ['web.1', 'web.2'],
  )
})
