import t from 'tap'
import { fixtureTasks, rqd, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'

// W13: what cannot be used is refused when the daemon starts; test/daemon/executor/customs.test.ts has more of it.

const refuse = async (t: Parameters<typeof startRedis>[0], redis: TestRedis, args: string[], message: RegExp) => {
  const base = ['--url', redis.url, '--socket', `${redis.folder}/x.sock`, '--path', fixtureTasks, '-N', '1']
  const { code, stderr } = await rqd([...base, ...args, 'default'])
  t.equal(code, 1, args.join(' '))
  t.match(stderr, message)
}

t.test("W13: RQ's own classes stand for ours", async (t) => {
  const redis = await startRedis(t)
  const rqClasses = ['-w', 'rq.worker.HerokuWorker', '-j', 'rq.job.Job', '--queue-class', 'rq.Queue']
  const daemon = await startDaemon(t, redis, ['-N', '1', ...rqClasses, 'default'])
  t.match(daemon.log(), /a class of Python RQ is named.*HerokuWorker/)
})

t.test('W13: classes that do not fit are refused', async (t) => {
  const redis = await startRedis(t)
  await refuse(
    t,
    redis,
    ['--queue-class', 'custom.ShopJob'],
    /--queue-class .*ShopJob; expected a class that extends Queue/,
  )
  await refuse(t, redis, ['--connection-class', 'custom.NoJob'], /class NoJob; expected a class that extends Redis/)
  await refuse(t, redis, ['--connection-class', 'custom.makeNothing'], /it returned a object without the methods/)
})

t.test('hooks whose executorStart fails refuse the start', async (t) => {
  const redis = await startRedis(t)
  await refuse(t, redis, ['--hooks', 'hooks-start'], /executorStart failed: the database is down/)
})
