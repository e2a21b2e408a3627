import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { isRunning } from '../helpers/processes.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { ownKeys } from '../helpers/own-keys.js'
import { waitFor } from '../helpers/wait-for.js'

// W10, W11: how a daemon is ended by signals, and a job at its limit.

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`W10: ${signal} lets the running job end, takes nothing new, deregisters and exits 0`, async (t) => {
    const redis = await startRedis(t)
    const queue = queueOn(redis)
    const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
    const gate = join(redis.folder, 'gate')
    const running = await queue.enqueue('gate.wait', gate)
    const waiting = await queue.enqueue('arithmetic.nothing')
    await daemon.logged('job started')
    daemon.signal(signal)
    await daemon.logged('stopping after the running jobs')
    const late = await queue.enqueue('arithmetic.nothing')
    await writeFile(gate, '')
    const { code } = await daemon.ended
    t.equal(code, 0)
    t.equal((await running.refresh()).status, 'finished')
    t.strictSame(await queue.jobIds(), [waiting.id, late.id])
    t.same(await redis.client.smembers('rq:workers'), [])
  })

  t.test(
    `W10: a second ${signal} ends at once: the job goes back to the front, unspent, and nothing is left`,
    async (t) => {
      const redis = await startRedis(t)
      const queue = queueOn(redis)
      const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
      const running = await queue.with({ retry: { max: 1 } }).enqueue('sleeper.sleep', 60_000)
      const waiting = await queue.enqueue('arithmetic.nothing')
      await daemon.logged('job started')
      daemon.signal(signal)
      await daemon.logged('stopping after the running jobs')
      daemon.signal(signal)
      const { code } = await daemon.ended
      t.equal(code, 0)
      t.match(await running.refresh(), { status: 'queued', retriesLeft: 1 })
      t.same(await redis.client.lrange('rq:queue:default', 0, -1), [running.id, waiting.id])
      t.same(await redis.client.smembers('rq:workers'), [])
      t.same(await ownKeys(redis.client), [])
      t.same(await redis.client.zrangebyscore('rq:wip:default', '-inf', '+inf'), [])
    },
  )
}

t.test(
  'C8: --stop-timeout-sec bounds the stop: the job goes back to the front, unspent, and the exit code is 0',
  async (t) => {
    const redis = await startRedis(t)
    const queue = queueOn(redis)
    const daemon = await startDaemon(t, redis, ['-N', '1', '--stop-timeout-sec', '1', 'default'])
    const running = await queue.with({ retry: { max: 1 } }).enqueue('sleeper.sleep', 60_000)
    const waiting = await queue.enqueue('arithmetic.nothing')
    await daemon.logged('job started')
    daemon.signal('SIGTERM')
    t.match(await daemon.ended, { code: 0, signal: null })
    t.match(daemon.log(), 'the time to stop is over')
    t.match(await running.refresh(), { status: 'queued', retriesLeft: 1 })
    t.same(await redis.client.lrange('rq:queue:default', 0, -1), [running.id, waiting.id])
    t.same(await ownKeys(redis.client), [])
  },
)

t.test('C8: --stop-timeout-sec is not waited for where the job ends before', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--stop-timeout-sec', '1h', 'default'])
  const gate = join(redis.folder, 'gate')
  const job = await queueOn(redis).enqueue('gate.wait', gate)
  await daemon.logged('job started')
  daemon.signal('SIGTERM')
  await daemon.logged('stopping after the running jobs')
  await writeFile(gate, '')
  t.match(await daemon.ended, { code: 0 })
  t.equal((await job.refresh()).status, 'finished')
})

t.test('W10: told to stop while it starts, it exits 0 and leaves nothing', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '2', '-v', 'default'], { ready: false })
  await daemon.logged('executor started')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0, signal: null })
  t.same(await redis.client.smembers('rq:workers'), [])
  t.same(await redis.client.keys('rqd:*'), [])
})

t.test('W11: a function that never yields is ended at its timeout, and the next job runs', async (t) => {
  const redis = await startRedis(t)
  const queue = queueOn(redis)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const spinning = await queue.with({ jobTimeout: 1 }).enqueue('spinner.spin')
  const next = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor('the next job to finish', async () => (await next.refresh()).status === 'finished')
  await spinning.refresh()
  t.equal(spinning.status, 'failed')
  t.match(spinning.excInfo, 'Task exceeded maximum timeout value (1 seconds)')
})

for (const func of ['family.stubborn', 'family.deaf']) {
  t.test(`W11: at its limit the whole process group of a job is killed, whatever it ignores: ${func}`, async (t) => {
    const redis = await startRedis(t)
    const queue = queueOn(redis)
    const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
    const executor = (await daemon.status()).executors[0]?.pid ?? 0
    t.ok(isRunning(executor))
    const pidFile = join(redis.folder, 'child.pid')
    const job = await queue.with({ jobTimeout: 6 }).enqueue(func, pidFile)
    const child = await waitFor('the child of the job', async () => {
      const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
      return pid > 0 ? pid : undefined
    })
    await waitFor('the job to fail', async () => (await job.refresh()).status === 'failed')
    t.match(job.excInfo, 'Task exceeded maximum timeout value (6 seconds)')
    t.ok(await queue.failedJobRegistry.contains(job))
    for (const pid of [executor, child]) await waitFor(`process ${pid} to be gone`, () => !isRunning(pid))
    const next = await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('the next job to finish', async () => (await next.refresh()).status === 'finished')
  })
}
