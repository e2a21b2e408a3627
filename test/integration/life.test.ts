import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type Job, Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, rqd, startDaemon } from '../helpers/daemon.js'
import { isRunning } from '../helpers/processes.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { ownKeys } from '../helpers/own-keys.js'
import { waitFor } from '../helpers/wait-for.js'

// W1, W2, W7, C2-C4: the daemon as an operator meets it; stopping.test.ts has how it and its jobs are ended.

function queueOn(redis: TestRedis, name = 'default'): Queue {
  return new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })
}

t.test('W2: burst runs all there is, by strict priority, and exits 0', async (t) => {
  const redis = await startRedis(t)
  for (const name of ['low', 'default', 'high']) {
    for (let i = 0; i < 20; i++)
      await queueOn(redis, name).enqueueCall({ func: 'arithmetic.nothing', jobId: `${name}-${i}` })
  }
  const args = ['--url', redis.url, '--path', fixtureTasks, '--socket', `${redis.folder}/s`, '-N', '1', '--burst']
  const { code, stderr } = await rqd([...args, 'high', 'default', 'low'])
  t.equal(code, 0, stderr)
  const started = [...stderr.matchAll(/job started {2}jobId=(\w+)-(\d+)/g)].map(([, name, i]) => `${name} ${i}`)
  const expected = ['high', 'default', 'low'].flatMap((name) => Array.from({ length: 20 }, (_, i) => `${name} ${i}`))
  t.same(started, expected)
  t.equal(await redis.client.zcard('rq:finished:low'), 20)
  t.same(await redis.client.smembers('rq:workers'), [], 'the workers are deregistered')
  t.same(await ownKeys(redis.client), [], 'nothing of the daemon is left')
})

t.test('W1: a job on a better queue goes before all that wait on worse ones', async (t) => {
  const redis = await startRedis(t)
  const high = queueOn(redis, 'high')
  const low = queueOn(redis, 'low')
  const gate = join(redis.folder, 'gate')
  for (let i = 0; i < 59; i++) {
    await low.enqueue('sleeper.sleep', 5)
    // What comes meanwhile comes in the middle of the backlog, however fast that is.
    if (i === 9) await low.with({ jobId: 'held' }).enqueue('gate.wait', gate)
  }
  const daemon = await startDaemon(t, redis, ['-N', '1', 'high', 'low'])
  await daemon.logged('job started  jobId=held')
  const late: Job[] = []
  for (let i = 0; i < 5; i++) late.push(await high.enqueue('arithmetic.nothing'))
  await writeFile(gate, '')
  await waitFor('the low queue to drain', async () => (await redis.client.zcard('rq:finished:low')) === 60)
  const order = [...daemon.log().matchAll(/job started {2}jobId=(\S+) queue=(\w+)/g)].map(([, id, name]) => ({
    id,
    name,
  }))
  const last = Math.max(...late.map((job) => order.findIndex(({ id }) => id === job.id)))
  t.ok(last < 60, `the last urgent job was started as number ${last + 1} of 65, not after the backlog`)
})

t.test('idle executors begin a job that any client pushes, without waiting for a poll', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '2', 'high', 'default'])
  for (let i = 0; i < 20; i++) {
    const job = await queueOn(redis, i % 2 === 0 ? 'default' : 'high').enqueue('arithmetic.add', i, 1)
    await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
    t.equal(job.result, i + 1)
  }
})

t.test('C3: after pause has answered nothing is started; resume goes on', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '2', 'default'])
  // Several seconds of work: a command line may take long to start.
  await queue.enqueueMany(Array.from({ length: 800 }, () => queue.prepare('sleeper.sleep', 15)))
  await daemon.logged('job finished')
  const paused = await rqctl(['pause', '--json', '--socket', daemon.socket])
  t.equal(paused.code, 0, paused.stderr)
  t.match(JSON.parse(paused.stdout), { paused: ['default'] })
  const answeredMs = Date.now()
  await waitFor('running jobs to end', async () =>
    (await daemon.status()).executors.every(({ state }) => state === 'idle'),
  )
  t.match(await daemon.status(), { state: 'paused', queues: [{ paused: true }] })
  const started = [...daemon.log().matchAll(/^(\S+) INFO {2}job started/gm)].map(([, at]) => Date.parse(at ?? ''))
  t.ok(Math.max(...started) <= answeredMs, 'no job was started after the answer')
  t.ok((await redis.client.llen('rq:queue:default')) > 0, 'there was work left')
  await rqctl(['resume', '--socket', daemon.socket])
  await waitFor('the queue to drain', async () => (await redis.client.zcard('rq:finished:default')) === 800)
})

t.test('C4: drain waits for the running job and says so; the rest stays queued', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = join(redis.folder, 'gate')
  const running = await queue.enqueue('gate.wait', gate)
  const waiting = await queue.enqueue('arithmetic.nothing')
  await daemon.logged('job started')
  const draining = rqctl(['drain', '--socket', daemon.socket])
  await waitFor('the drain to begin', async () => (await daemon.status()).state === 'draining')
  await writeFile(gate, '')
  const { code, stdout, stderr } = await draining
  t.equal(code, 0, stderr)
  t.match(stdout + stderr, /1 (job )?running/)
  t.equal((await running.refresh()).status, 'finished')
  t.equal((await waiting.refresh()).status, 'queued')
  t.equal((await daemon.status()).state, 'drained')
})

t.test('C4: at its deadline, drain hands the running job back to the front, and its exit code tells', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const running = await queue.enqueue('sleeper.sleep', 60_000)
  const waiting = await queue.enqueue('arithmetic.nothing')
  await daemon.logged('job started')
  const { code } = await rqctl(['drain', '--timeout', '1', '--socket', daemon.socket])
  t.equal(code, 4)
  t.equal((await running.refresh()).status, 'queued')
  t.same(await redis.client.lrange('rq:queue:default', 0, -1), [running.id, waiting.id])
  t.match(await daemon.status(), { counters: { handedBack: 1, failed: 0 } })
})

t.test(
  'an executor killed in the middle of a job: the job fails naming the signal, its process tree is gone',
  async (t) => {
    const redis = await startRedis(t)
    const queue = queueOn(redis)
    const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
    const pidFile = join(redis.folder, 'child.pid')
    const family = await queue.enqueue('family.raise', pidFile)
    await daemon.logged('job started')
    const childPid = await waitFor('the child of the job', async () => {
      const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
      return pid > 0 ? pid : undefined
    })
    t.ok(isRunning(childPid))
    const [executor] = (await daemon.status()).executors
    process.kill(executor!.pid!, 'SIGKILL')
    await waitFor('the job to fail', async () => (await family.refresh()).status === 'failed')
    t.match(family.excInfo, /Work-horse terminated unexpectedly; waitpid returned 9 \(signal 9\); .*SIGKILL/s)
    await waitFor('its child to be gone', () => !isRunning(childPid))
    const next = await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('the next job to finish', async () => (await next.refresh()).status === 'finished')
    t.match(await daemon.status(), { counters: { executorDeaths: 1, failed: 1, finished: 1 } })
  },
)

t.test('a function that ends its process fails its job with the exit code', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const job = await queue.enqueue('thrower.leave', 3)
  await waitFor('the job to fail', async () => (await job.refresh()).status === 'failed')
  t.match(job.excInfo, /waitpid returned 768; .*exit code 3/s)
})

t.test('W7: a name that a live worker has is refused in one sentence', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'anna'])
  const args = ['--url', redis.url, '--path', fixtureTasks, '--socket', `${redis.folder}/other`, '-N', '1']
  const { code, stderr } = await rqd([...args, '--name', 'anna'])
  t.equal(code, 1)
  t.match(stderr, 'a live worker is already called \\"anna\\"')
})

t.test('wrong usage exits 2, names what was found and where to look', async (t) => {
  const cases: [args: string[], text: RegExp][] = [
    [['--execuors', '3'], /unknown option '--execuors'.*--executors/s],
    [['--executors', 'many'], /executors is "many"/],
    [['a,b'], /queue name "a,b"/],
    [['--results-ttl', '5x'], /--results-ttl is "5x".*'5m'/],
  ]
  for (const [args, text] of cases) {
    const { code, stderr } = await rqd(args)
    t.equal(code, 2, args.join(' '))
    t.match(stderr, text)
    t.match(stderr, 'rqd --help')
  }
})
