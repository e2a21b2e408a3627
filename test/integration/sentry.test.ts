import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqd, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { Factory } from '../helpers/factory.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { startSentry } from '../helpers/sentry.js'
import { waitFor } from '../helpers/wait-for.js'

// W16, against a stand-in of Sentry's server.

const queueOn = (redis: TestRedis): Queue =>
  new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })

/** Loading Sentry's package takes a few seconds, and minutes on a machine that is busy with other tests. */
const START_BOUND_MS = 90_000

async function startReporting(
  t: Parameters<typeof startDaemon>[0],
  redis: TestRedis,
  dsn: string,
): Promise<TestDaemon> {
  const args = ['-N', '1', '--spares', '0', '--sentry-dsn', dsn, 'default']
  const daemon = await startDaemon(t, redis, args, { ready: false })
  await waitFor('the daemon to be ready', () => daemon.log().includes('daemon ready'), START_BOUND_MS)
  return daemon
}

t.test('W16: each job that fails for good is reported once, whatever ended it', async (t) => {
  const redis = await startRedis(t)
  const sentry = await startSentry(t)
  await startReporting(t, redis, sentry.dsn)
  const queue = queueOn(redis)
  await queue.with({ jobId: 'good' }).enqueue('arithmetic.add', 1, 2)
  await queue.with({ jobId: 'thrown', retry: { max: 1 } }).enqueue('thrower.fail', 'at night')
  await queue.with({ jobId: 'hung', jobTimeout: 1 }).enqueue('spinner.spin')
  await queue.with({ jobId: 'dead' }).enqueue('thrower.leave', 3)
  await new Factory(redis.client).enqueue('poison', { queue: 'default', fields: { timeout: 'soon' } })
  const [thrown] = await sentry.of('thrown')
  t.match(thrown, { tags: { queue: 'default', func: 'thrower.fail' } })
  const errors = thrown?.exception.values ?? []
  t.match(errors.at(-1), { value: 'at night' })
  t.match(errors[0], { type: 'TypeError', value: 'no key' }, 'with its cause')
  t.ok(errors.at(-1)?.stacktrace?.frames.some((frame) => frame.function === 'fail'))
  const [hung] = await sentry.of('hung')
  t.match(hung, { tags: { queue: 'default', func: 'spinner.spin' } })
  t.match(
    hung?.exception.values.at(-1)?.value,
    /JobTimeoutException: Task exceeded maximum timeout value \(1 seconds\)/,
  )
  const [dead] = await sentry.of('dead')
  t.match(dead?.exception.values.at(-1)?.value, /^Work-horse terminated unexpectedly/)
  await sentry.of('poison')
  await queue.with({ jobId: 'uncaught' }).enqueue('thrower.uncaught')
  const [uncaught] = await sentry.of('uncaught')
  t.match(uncaught?.exception.values.at(-1), { type: 'Error', value: 'from a callback' })
  t.strictSame(sentry.events.map(({ tags }) => tags?.['job_id']).sort(), [
    'dead',
    'hung',
    'poison',
    'thrown',
    'uncaught',
  ])
})

t.test('W16: what was reported has left when a daemon ends; the DSN may come from the environment', async (t) => {
  const redis = await startRedis(t)
  const sentry = await startSentry(t)
  const job = await queueOn(redis).enqueue('thrower.fail', 'at night')
  const env = { RQ_SENTRY_DSN: sentry.dsn }
  const daemon = await startDaemon(t, redis, ['-N', '1', '--burst', 'default'], { ready: false, env })
  const ended = await daemon.ended
  t.equal(ended.code, 0, ended.stderr)
  t.strictSame(
    sentry.events.map(({ tags }) => tags?.['job_id']),
    [job.id],
  )
})

t.test('W16: a server that does not answer does not hold up jobs or the end', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startReporting(t, redis, 'http://key@127.0.0.1:1/7')
  const job = await queueOn(redis).enqueue('thrower.fail', 'at night')
  await waitFor('it to fail', async () => (await job.refresh()).status === 'failed')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
})

t.test('W16: a wrong DSN is refused at the start', async (t) => {
  const redis = await startRedis(t)
  const base = ['--url', redis.url, '--socket', `${redis.folder}/x.sock`, '--path', fixtureTasks, '-N', '1']
  const { code, stderr } = await rqd([...base, '--sentry-dsn', 'http://localhost', 'default'])
  t.equal(code, 1)
  t.match(
    stderr,
    /sentryDsn is a http:\/\/… URL without a key or a project number; expected https:\/\/KEY@HOST\/PROJECT/,
  )
})
