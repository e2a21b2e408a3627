import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.js'
import { createKeys } from '../../src/redis/keys.js'
import { silentLogger } from '../../src/logger.js'
import { RqSweeper, type RqSweeperOptions } from '../../src/maintenance/rq-sweeper.js'
import { systemRandom } from '../../src/random.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// What real workers of Python RQ leave behind when they are killed, and sweeps of RQ at the same time as ours.

/** A task that says that it runs and goes on until it is told to end. */
const tasks = `
import os, sys, time
from redis import Redis
def hold(name):
    redis = Redis(unix_socket_path=os.environ['TEST_SOCKET'])
    redis.rpush('test:runs', name)
    redis.set('test:horse', os.getpid())
    while not redis.exists('test:go'):
        time.sleep(0.02)
    return name
`

interface PythonWorker {
  /** End worker and work horse as a power cut would. */
  kill(): Promise<void>
}

async function startWorker(t: Test, redis: TestRedis, args: readonly string[]): Promise<PythonWorker> {
  await writeFile(join(redis.folder, 'leftovertasks.py'), tasks)
  const child = spawn('/usr/bin/python3', ['-m', 'rq.cli', 'worker', '--url', redis.url, ...args], {
    stdio: 'ignore',
    env: { ...process.env, PYTHONPATH: redis.folder, TEST_SOCKET: redis.socket },
  })
  const ended = once(child, 'exit')
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
    const horse = Number(await redis.client.get('test:horse'))
    try {
      if (horse > 0) process.kill(horse, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    await redis.client.del('test:horse')
  }
  t.teardown(kill)
  return { kill }
}

function sweeperFor(redis: TestRedis, options: Partial<RqSweeperOptions> = {}): RqSweeper {
  return new RqSweeper({
    redis: redis.client,
    keys: createKeys(),
    queues: ['q'],
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    reserveMs: 1_500,
    beatMs: 1_500,
    intermediateMs: 0,
    ...options,
  })
}

const enqueue = (id: string, options = ''): string =>
  `Queue('q', connection=redis).enqueue('leftovertasks.hold', '${id}', job_id='${id}', job_timeout=600${options})\n`

/** Enqueue a job, let a Python worker start it, and kill that worker; then let the entry run out. */
async function abandonForReal(t: Test, redis: TestRedis, id: string, options = ''): Promise<void> {
  await python(redis, `from rq import Retry\n${enqueue(id, options)}print('null')`)
  const worker = await startWorker(t, redis, ['q'])
  await waitFor(`${id} to run`, async () => (await redis.client.get('test:horse')) !== null)
  await waitFor(`${id} to be started`, async () => (await redis.client.zscore('rq:wip:q', id)) !== null)
  await worker.kill()
  await redis.client.zadd('rq:wip:q', 'XX', 1_000_000, id)
}

const cleanLoop = (rounds: number): string => `
from rq.registry import clean_registries
queue = Queue('q', connection=redis)
redis.set('test:looping', '1')
for _ in range(${rounds}):
    if redis.exists('test:stop'):
        break
    clean_registries(queue)
print('null')
`

/** RQ's own sweeps, many at once. Resolves when all of them are over. */
async function stormOfSweeps(redis: TestRedis): Promise<void> {
  const infos = [1, 2].map(() => rq(redis, ['info', '--raw']))
  await Promise.all([...infos, python(redis, cleanLoop(40)), python(redis, cleanLoop(40))])
}

const skip = { skip: withoutPythonRq }
// Python programs by the dozen, on a machine that may have little to give them.
t.setTimeout(180_000)

t.test('the job of a killed worker is retried once, however many sweeps of RQ run meanwhile', skip, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  await abandonForReal(t, redis, 'a', ', retry=Retry(max=2)')
  t.equal(await client.exists('rq:clean_registries:q'), 1, 'RQ 1.13 keeps its lock for 15 minutes')
  const sweeper = sweeperFor(redis, { reserveMs: 1_000 })
  t.match(await sweeper.runOnce(), { reserved: 1, recovered: 0 })
  await stormOfSweeps(redis)
  t.strictSame(await client.lrange('rq:queue:q', 0, -1), [], 'they see no abandoned job')
  t.equal(await client.hget('rq:job:a', 'status'), 'started')
  const storm = stormOfSweeps(redis)
  await waitFor('the job to be recovered', async () => (await sweeper.runOnce()).retried === 1)
  await storm
  t.match(await sweeper.runOnce(), { recovered: 0, reserved: 0 })
  t.strictSame(await client.lrange('rq:queue:q', 0, -1), ['a'])
  t.match(await client.hgetall('rq:job:a'), { status: 'queued', retries_left: '1' })
  await client.set('test:go', '1')
  await startWorker(t, redis, ['--burst', 'q'])
  await waitFor('the job to finish', async () => (await client.hget('rq:job:a', 'status')) === 'finished')
  t.strictSame(await client.lrange('test:runs', 0, -1), ['a', 'a'])
})

t.test('the job of a killed worker without retries is failed once, and Python reads why', skip, async (t) => {
  const redis = await startRedis(t)
  await abandonForReal(t, redis, 'a')
  const sweeper = sweeperFor(redis, { reserveMs: 300, beatMs: 300 })
  t.match(await sweeper.runOnce(), { reserved: 1, failed: 0 })
  const storm = stormOfSweeps(redis)
  await waitFor('the job to be failed', async () => (await sweeper.runOnce()).failed === 1)
  await storm
  t.equal((await sweeper.runOnce()).recovered, 0)
  t.equal(await redis.client.xlen('rq:results:a'), 1)
  const seen = await python<Record<string, unknown>>(
    redis,
    `job = Job.fetch('a', connection=redis)
latest = job.latest_result()
redis.delete('rq:results:a')
old = Job.fetch('a', connection=redis)
print(json.dumps({'status': job.get_status(), 'text': latest.exc_string, 'type': latest.type.name, 'old': old.exc_info,
  'ended': job.ended_at is not None, 'failed': FailedJobRegistry('q', connection=redis).get_job_ids(),
  'started': StartedJobRegistry('q', connection=redis).get_job_ids()}))`,
  )
  const text = /^Moved to FailedJobRegistry, due to AbandonedJobError, at \d{4}-/
  t.match(seen, { status: 'failed', text, type: 'FAILED', old: text, ended: true, failed: ['a'], started: [] })
  t.equal((await rq(redis, ['requeue', '--queue', 'q', 'a'])).code, 0)
  await redis.client.set('test:go', '1')
  await startWorker(t, redis, ['--burst', 'q'])
  await waitFor('the job to finish', async () => (await redis.client.hget('rq:job:a', 'status')) === 'finished')
})

t.test('jobs for which a sweep of RQ and ours race are each retried once', skip, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const waves = 5
  const size = 20
  await python(
    redis,
    `from rq import Retry
q = Queue('q', connection=redis)
for i in range(${waves * size}):
    q.enqueue('leftovertasks.hold', i, job_id='job-%d' % i, retry=Retry(max=3))
redis.delete('rq:queue:q')
print('null')`,
  )
  const theirs = python(redis, cleanLoop(1_000_000))
  await waitFor('the sweeps of RQ to begin', async () => (await client.exists('test:looping')) === 1)
  let recovered = 0
  const sweeper = sweeperFor(redis, { reserveMs: 1_000, onRecovered: (jobs) => (recovered += jobs) })
  let racing = true
  const ours = (async (): Promise<void> => {
    while (racing) await sweeper.runOnce()
  })()
  t.teardown(() => (racing = false))
  for (let wave = 0; wave < waves; wave += 1) {
    // They run out a moment after they are there: RQ removes what ran out before its sweep began, seen or not.
    const soon = Number((await client.time())[0]) + 1
    const steps = client.multi()
    for (let i = wave * size; i < (wave + 1) * size; i += 1) {
      steps.hset(`rq:job:job-${i}`, { status: 'started', started_at: '2026-11-23T08:31:26.251911Z' })
      steps.zadd('rq:wip:q', soon, `job-${i}`)
    }
    await steps.exec()
    await waitFor('both to have seen them', async () => (await client.zcount('rq:wip:q', 0, soon)) === 0)
  }
  await waitFor('all to be decided', async () => (await client.exists('rq:wip:q', 'rqd:abandoned:q')) === 0)
  racing = false
  await Promise.all([client.set('test:stop', '1'), theirs, ours])
  const waiting = await client.lrange('rq:queue:q', 0, -1)
  t.comment(`${recovered} of ${waiting.length} were recovered by us`)
  t.equal(waiting.length, waves * size, 'each was pushed')
  t.equal(new Set(waiting).size, waves * size, 'none was pushed twice')
  for (const id of waiting) t.equal(await client.hget(`rq:job:${id}`, 'retries_left'), '2')
})

t.test('a worker that is merely slow keeps its job', skip, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  await python(redis, `from rq import Retry\n${enqueue('a', ', retry=Retry(max=3)')}print('null')`)
  await startWorker(t, redis, ['--job-monitoring-interval', '1', 'q'])
  await waitFor('the job to run', async () => (await client.get('test:horse')) !== null)
  const sweeper = sweeperFor(redis, { reserveMs: 10_000, beatMs: 10_000 })
  for (let lateness = 0; lateness < 2; lateness += 1) {
    await waitFor('an entry that looks abandoned', async () => {
      await client.zadd('rq:wip:q', 'XX', 1_000_000, 'a')
      return (await sweeper.runOnce()).reserved === 1
    })
    const reserved = await client.zscore('rq:wip:q', 'a')
    await waitFor('the beat of the worker', async () => (await client.zscore('rq:wip:q', 'a')) !== reserved)
    t.match(await sweeper.runOnce(), { recovered: 0, dropped: 0, reserved: 0 })
    t.equal(await client.exists('rqd:abandoned:q'), 0, 'the reservation is forgotten')
  }
  await client.set('test:go', '1')
  await waitFor('the job to finish', async () => (await client.hget('rq:job:a', 'status')) === 'finished')
  t.strictSame(await client.lrange('test:runs', 0, -1), ['a'])
  t.match(await client.hgetall('rq:job:a'), { retries_left: '3' })
  t.equal(await client.exists('rq:queue:q', 'rq:wip:q'), 0)
})

t.test('an id that a worker took and never started runs in the next one', skip, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  await python(redis, `${enqueue('a')}${enqueue('b')}print('null')`)
  // What workers since RQ 1.15 do first.
  await client.lmove('rq:queue:q', 'rq:queue:q:intermediate', 'LEFT', 'RIGHT')
  const sweeper = sweeperFor(redis)
  t.match(await sweeper.runOnce(), { returned: 0 })
  t.match(await sweeper.runOnce(), { returned: 1 })
  await client.set('test:go', '1')
  await startWorker(t, redis, ['--burst', 'q'])
  await waitFor('both to finish', async () => (await client.zcard('rq:finished:q')) === 2)
  t.strictSame(await client.lrange('test:runs', 0, -1), ['a', 'b'])
})
