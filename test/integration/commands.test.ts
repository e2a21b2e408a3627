import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type Job, Queue } from '../../src/index.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// W17, J12: what RQ's programs tell workers, ours do.

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

async function running(redis: TestRedis, func: string, ...args: unknown[]): Promise<Job> {
  const job = await queueOn(redis).enqueue(func, ...args)
  await waitFor('the job to run', async () => (await job.refresh()).isStarted)
  return job
}

const tell = (redis: TestRedis, worker: string, command: object | string): Promise<number> =>
  redis.client.publish(`rq:pubsub:${worker}`, typeof command === 'string' ? command : JSON.stringify(command))

for (const func of ['self.obedient', 'spinner.spin', 'sleeper.untilAborted']) {
  t.test(`J12: stop ends a running job for good: ${func}`, async (t) => {
    const redis = await startRedis(t)
    const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'w', 'default'])
    const job = await running(redis, func)
    await redis.client.hset(`rq:job:${job.id}`, 'retries_left', '3')
    await job.stop()
    await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
    t.match(job.excInfo, /^Job stopped by user, work-horse terminated\./)
    t.ok(job.endedAt)
    t.equal(await redis.client.zscore('rq:failed:default', job.id).then(Boolean), true)
    t.equal(await redis.client.zcard('rq:wip:default'), 0)
    await t.rejects(job.stop(), { code: 'RQD_INVALID_JOB_OPERATION', message: /its status is stopped/ })
    const next = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
    await waitFor('the next job', async () => (await next.refresh()).isFinished)
    t.equal((await daemon.status()).counters.failed, 1)
    await job.requeue()
    await waitFor('it to run again', async () => (await job.refresh()).isStarted)
  })
}

t.test('W17: a stop for another job, another run or another worker harms nobody', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '2', '--name', 'w', 'default'])
  const file = join(redis.folder, 'gate')
  const job = await running(redis, 'gate.wait', file)
  const other = job.workerName === 'w.1' ? 'w.2' : 'w.1'
  for (const [worker, command] of [
    [other, { command: 'stop-job', job_id: job.id }],
    [job.workerName!, { command: 'stop-job', job_id: 'another' }],
    [job.workerName!, { command: 'stop-execution', job_id: job.id, execution_id: 'another' }],
    [other, { command: 'kill-horse' }],
    [other, 'no JSON'],
    [other, '7'],
    [other, { command: 'dance' }],
    [other, { command: 'stop-job' }],
  ] as const) {
    t.equal(await tell(redis, worker, command), 1)
  }
  await daemon.logged('a command came that a worker does not know')
  await writeFile(file, '')
  await waitFor('the job to end', async () => (await job.refresh()).isFinished)
})

t.test('W17: kill-horse kills the process that runs the job, which fails; the worker goes on', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'w', 'default'])
  const job = await running(redis, 'sleeper.sleep', 60_000)
  await tell(redis, 'w', { command: 'kill-horse' })
  await waitFor('the job to fail', async () => (await job.refresh()).isFailed)
  t.match(job.excInfo, /^Work-horse terminated unexpectedly; waitpid returned 9 \(signal 9\); /)
  const next = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
  await waitFor('the next job', async () => (await next.refresh()).isFinished)
})

t.test('W17: shutdown lets the running job end; told again, later, it waits no more', async (t) => {
  const redis = await startRedis(t)
  const first = await startDaemon(t, redis, ['-N', '2', '--name', 'a', 'default'])
  const file = join(redis.folder, 'gate')
  const job = await running(redis, 'gate.wait', file)
  // To all workers of it, as a script that ends all does.
  for (const worker of ['a.1', 'a.2']) await tell(redis, worker, { command: 'shutdown' })
  await first.logged('daemon stopping')
  await writeFile(file, '')
  t.match(await first.ended, { code: 0 })
  t.ok((await job.refresh()).isFinished)
  const second = await startDaemon(t, redis, ['-N', '1', '--name', 'b', 'default'])
  const long = await running(redis, 'sleeper.sleep', 60_000)
  await tell(redis, 'b', { command: 'shutdown' })
  await second.logged('daemon stopping')
  await waitFor('the daemon to end', async () => {
    await tell(redis, 'b', { command: 'shutdown' })
    return (await long.refresh()).isQueued
  })
  t.match(await second.ended, { code: 0 })
})

t.test('W17: commands are heard again after Redis was away', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'w', 'default'])
  await redis.restart()
  await waitFor('the subscription', async () => (await tell(redis, 'w', { command: 'nothing' })) === 1)
  const job = await running(redis, 'sleeper.sleep', 60_000)
  await job.stop()
  await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
})
