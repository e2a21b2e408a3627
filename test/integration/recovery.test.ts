import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { isRunning } from '../helpers/processes.js'
import { fixtureTasks, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// I3, I6, I7: whatever happens to a daemon, its jobs run, once more at most, and nothing late is believed.

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

async function executorPids(daemon: TestDaemon): Promise<number[]> {
  return (await daemon.status()).executors.flatMap(({ pid }) => (pid === null ? [] : [pid]))
}

t.test('a restarted daemon takes over its killed predecessor at once: its jobs go first, in order', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const first = await startDaemon(t, redis, ['-N', '2', '--name', 'phoenix', 'default'])
  const interrupted = [await queue.enqueue('sleeper.sleep', 60_000), await queue.enqueue('sleeper.sleep', 60_000)]
  const waiting = await queue.enqueue('arithmetic.nothing')
  await waitFor('both to run', async () => (await redis.client.zcard('rq:wip:default')) === 2)
  first.signal('SIGKILL')
  await first.ended
  t.equal(await redis.client.llen('rq:queue:default'), 1)
  // The same name is free again, because its holder is proved dead; the default lease of 10 s has not run out.
  const second = await startDaemon(t, redis, ['-N', '2', '--name', 'phoenix', 'default'])
  await second.logged('took over from a dead daemon of this machine')
  await waitFor('both to run again', async () => (await redis.client.zcard('rq:wip:default')) === 2)
  const order = [...second.log().matchAll(/job started {2}jobId=(\S+)/g)].map(([, id]) => id)
  t.same(order.slice(0, 2).sort(), interrupted.map(({ id }) => id).sort(), 'interrupted jobs go before waiting ones')
  t.match(await second.status(), { counters: { recovered: 2, failed: 0 } })
  t.equal((await waiting.refresh()).status, 'queued')
})

t.test('executors of a killed supervisor end at once, even one that spins or is frozen', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '3', 'default'])
  for (const func of ['spinner.spin', 'sleeper.sleep', 'sleeper.sleep']) await queue.enqueue(func, 60_000)
  await waitFor('all to run', async () => (await redis.client.zcard('rq:wip:default')) === 3)
  const pids = await executorPids(daemon)
  process.kill(pids.at(-1)!, 'SIGSTOP')
  daemon.signal('SIGKILL')
  await daemon.ended
  for (const pid of pids) await waitFor(`executor ${pid} to be gone`, () => !isRunning(pid), 20_000)
})

t.test('another daemon takes over when the lease has run out, and buries the workers', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const frozen = await startDaemon(t, redis, ['-N', '1', '--name', 'ice', '--lease-sec', '5', 'default'])
  const job = await queue.enqueue('marker.append', `${redis.folder}/marks`)
  await frozen.logged('job started')
  const other = await startDaemon(t, redis, ['-N', '1', '--name', 'fire', 'default'])
  frozen.signal('SIGSTOP')
  await other.logged('recovered a job of a dead daemon')
  await waitFor('the job to finish elsewhere', async () => (await job.refresh()).status === 'finished')
  t.equal(job.workerName, 'fire')
  t.equal(job.result, 'again')
  t.same(await redis.client.smembers('rq:workers'), ['rq:worker:fire'])
  // Woken, the frozen daemon finds its lease gone: its own result for the same job is refused.
  const results = await redis.client.xlen(`rq:results:${job.id}`)
  frozen.signal('SIGCONT')
  await frozen.logged('the lease was lost')
  await waitFor('the frozen daemon to be registered again', async () =>
    (await redis.client.smembers('rq:workers')).includes('rq:worker:ice'),
  )
  t.equal(await redis.client.xlen(`rq:results:${job.id}`), results, 'no second result')
  const next = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor('another job to finish', async () => (await next.refresh()).status === 'finished')
})

t.test('a result that arrives after its job was taken over is refused and counted', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'late', '--lease-sec', '600', 'default'])
  const gate = `${redis.folder}/gate`
  const job = await queue.enqueue('gate.wait', gate)
  await waitFor('the job to run', async () => (await redis.client.zcard('rq:wip:default')) === 1)
  // What a recovering daemon does, without the beat noticing in between.
  const [claims] = await redis.client.keys('rqd:claims:*')
  await redis.client.del(claims!)
  await writeFile(gate, '')
  await waitFor('the late result to be refused', async () => (await daemon.status()).counters.fenced === 1)
  t.equal(await redis.client.exists(`rq:results:${job.id}`), 0)
  t.equal((await job.refresh()).status, 'started', 'whoever took the job over decides')
})

t.test('a job that ends its executor is retried while it has retries, and failed after three deaths', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  await redis.client.hset('rq:job:poison', {
    data: '["thrower.leave", null, [7], {}]',
    origin: 'default',
    retries_left: '9',
    timeout: '60',
  })
  await redis.client.rpush('rq:queue:default', 'poison')
  await waitFor('it to fail', async () => (await redis.client.hget('rq:job:poison', 'status')) === 'failed')
  t.match(await daemon.status(), { counters: { executorDeaths: 3, retried: 2, failed: 1 } })
  t.equal(await redis.client.hget('rq:job:poison', 'retries_left'), '7')
  const [entry] = await redis.client.xrevrange('rq:results:poison', '+', '-', 'COUNT', 1)
  const fields = entry![1]
  const certificate: unknown = JSON.parse(fields[fields.indexOf('rqd_certificate') + 1]!)
  t.match(certificate, { cause: 'exit code', exitCode: 7, signal: null })
})

t.test('a death certificate names the V8 heap limit, and shows the last lines of output', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--executor-heap-mb', '32', 'default'])
  const job = await queueOn(redis).enqueue('glutton.eat')
  await waitFor('it to fail', async () => (await job.refresh()).status === 'failed', 60_000)
  t.match(job.excInfo, /Work-horse terminated unexpectedly.*Death certificate:.*out of memory \(V8 heap limit\)/s)
  t.match(job.excInfo, /last output\n.*one more bite|heap/s)
  t.match(job.excInfo, /CPU time +\d.*peak RSS +\d/s, 'looked at from outside, although the function never yields')
})
