import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// W12, W13 and hooks through the real daemon.

const queueOn = (redis: TestRedis, name = 'default'): Queue =>
  new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })

const said = (daemon: TestDaemon): string[] => daemon.log().match(/^(custom|hooks): .*$/gm) ?? []

t.test('W12: handlers are called for each run that fails, and not for one whose executor died', async (t) => {
  const redis = await startRedis(t)
  const handlers = ['--exception-handler', 'custom.first', '--exception-handler', 'custom.second']
  const daemon = await startDaemon(t, redis, ['-N', '1', ...handlers, 'default'])
  const queue = queueOn(redis)
  const twice = await queue.with({ retry: { max: 1 }, jobId: 'twice' }).enqueue('thrower.fail', 'at night')
  const dead = await queue.with({ jobId: 'dead' }).enqueue('thrower.leave', 3)
  const late = await queue.with({ jobId: 'late', jobTimeout: 1 }).enqueue('custom.obeys')
  const hung = await queue.with({ jobId: 'hung', jobTimeout: 1 }).enqueue('spinner.spin')
  for (const job of [twice, dead, late, hung]) {
    await waitFor(`${job.id} to fail`, async () => (await job.refresh()).status === 'failed')
  }
  const lines = said(daemon)
  t.equal(lines.filter((line) => line.startsWith('custom: first twice CurrentJob ShopClosed at night')).length, 2)
  t.equal(lines.filter((line) => line === 'custom: second twice ShopClosed true').length, 2)
  t.equal(lines.filter((line) => line.startsWith('custom: first late CurrentJob JobTimeoutException')).length, 1)
  t.equal(lines.length, 6, lines.join('\n'))
  t.match(dead.excInfo, /Work-horse terminated unexpectedly/)
  t.match(late.excInfo, /JobTimeoutException/)
})

t.test('W12: a handler or hook that ends or blocks its executor is ended; the job keeps its own end', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, [
    ...['-N', '1', '--exception-handler', 'custom.leave', '--hooks', 'hooks', 'default'],
  ])
  const queue = queueOn(redis)
  const bad = await queue.enqueue('thrower.fail', 'at night')
  await waitFor('it to fail', async () => (await bad.refresh()).status === 'failed')
  t.match(bad.excInfo, /^ShopClosed: at night[^]*The exception handlers did not come to an end:\nWork-horse terminated/)
  const ended = await queue.enqueue('arithmetic.add', 'never ends', 1)
  await waitFor('it to fail', async () => (await ended.refresh()).status === 'failed')
  t.match(ended.excInfo, /^In the afterJob hook, after the function had returned:\nWork-horse terminated/)
  const good = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor('the next to finish', async () => (await good.refresh()).status === 'finished')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
  t.equal(said(daemon).at(-1), 'hooks: stop', 'executors are given the time to say good-bye')
})

t.test('W12: without the default handler a job that fails keeps its status only', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '-d', '--exception-handler', 'custom.first', 'default'])
  const queue = queueOn(redis)
  const again = await queue.with({ retry: { max: 1 } }).enqueue('thrower.fail', 'at night')
  const dead = await queue.enqueue('thrower.leave', 3)
  for (const job of [again, dead]) {
    await waitFor('it to fail', async () => (await job.refresh()).status === 'failed')
    t.equal(job.excInfo, undefined)
    t.equal(await redis.client.exists('rq:failed:default', `rq:results:${job.id}`), 0)
    t.equal(await redis.client.ttl(`rq:job:${job.id}`), -1)
  }
  t.equal(again.retriesLeft, 0)
})

t.test('W13: worker, queue and connection classes are what the daemon works with', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, [
    ...['-N', '1', '-w', 'custom.OrderingWorker', '--queue-class', 'custom.ShopQueue', '--name', 'shop'],
    ...['--connection-class', 'custom.ShopRedis', '-j', 'custom:ShopJob', 'default'],
  ])
  t.match(await redis.client.client('LIST'), /name=shop-shop /, 'the supervisor is connected by it')
  const job = await queueOn(redis).enqueue('arithmetic.add', 7, 2)
  await waitFor('the job', async () => (await job.refresh()).status === 'finished')
  const [order] = await queueOn(redis, 'orders').jobs()
  t.match(order, { funcName: 'arithmetic.add', args: [7, 1] })
  await daemon.logged('custom: ordered orders shop-rqd-executor')
  const made = await startDaemon(t, redis, ['--burst', '--connection-class', 'custom.makeRedis', 'orders'], {
    ready: false,
  })
  t.match(await made.ended, { code: 0 })
  t.equal((await order!.refresh()).status, 'finished')
})
