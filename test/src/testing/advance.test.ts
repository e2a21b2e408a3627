import t from 'tap'
import { Queue } from '../../../src/queue.js'
import type { QueueOptions } from '../../../src/enqueuer.js'
import { systemClock } from '../../../src/clock.js'
import { silentLogger } from '../../../src/logger.js'
import { Scheduler } from '../../../src/maintenance/scheduler.js'
import { systemRandom } from '../../../src/random.js'
import { createKeys } from '../../../src/redis/keys.js'
import { FakeClock, advance, enqueued, runQueued, scheduled } from '../../../src/testing.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { startRedis } from '../../helpers/redis.js'

const { client, connect } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const open = (name = 'default', options: QueueOptions = {}): Queue =>
  new Queue(name, { connection: client, taskPaths: [fixtureTasks], ...options })
const idsOf = (calls: readonly { id: string }[]): string[] => calls.map(({ id }) => id)

void t.test('5.5 J20 jobs that are due by then are queued, in the order of their times, and no others', async (t) => {
  const queue = open()
  const last = await queue.enqueueIn('1d', 'arithmetic.add', 1, 2)
  const second = await queue.enqueueIn('1h', 'arithmetic.add', 3, 4)
  const first = await queue.enqueueIn('30m', 'arithmetic.add', 5, 6)
  t.equal(await advance(queue, '10m'), 0)
  t.equal(await advance(queue, '50m'), 2)
  t.strictSame(idsOf(await enqueued(queue)), [first.id, second.id])
  t.strictSame(idsOf(await scheduled(queue)), [last.id])
  t.equal(await runQueued(queue), 2)
  t.equal((await second.refresh()).result, 7)
  t.equal((await last.refresh()).status, 'scheduled')
  t.equal(await advance(queue, '23h'), 1, 'what has passed adds up')
  t.equal(await advance(queue, 0), 0)
  t.strictSame(await client.keys('rq:scheduler*'), [], 'no lock is left')
})

void t.test('5.5 J17 J20 delayed retries and repeats come when their time has', async (t) => {
  const queue = open()
  const flaky = await queue.with({ retry: { max: 2, interval: ['1m', '1h'] } }).enqueue('thrower.fail', 'x')
  const steady = await queue.with({ repeat: { times: 1, interval: '1d' } }).enqueue('arithmetic.add', 1, 2)
  t.equal(await runQueued(queue), 2)
  t.match(await scheduled(queue), [{ id: flaky.id, func: 'thrower.fail' }, { id: steady.id }])
  t.equal(await advance(queue, '1m'), 1)
  t.equal(await runQueued(queue), 1)
  t.equal(await advance(queue, '59m'), 0)
  t.equal(await advance(queue, '1m'), 1)
  t.equal(await runQueued(queue), 1)
  t.equal((await flaky.refresh()).status, 'failed')
  t.equal(await advance(queue, '1d'), 1)
  t.equal(await runQueued(queue), 1)
  t.match(await steady.refresh(), { status: 'finished', repeatsLeft: 0 })
})

void t.test('5.5 several queues, and more jobs than one call of the script takes', async (t) => {
  const [high, low] = [open('high'), open('low')]
  for (let i = 0; i < 210; i++) void low.enqueueIn('1h', 'arithmetic.nothing')
  await high.enqueueIn('1h', 'arithmetic.nothing')
  await low.enqueueIn('2h', 'arithmetic.nothing')
  t.equal(await advance([high, low], '1h'), 211)
  t.equal(await low.count(), 210)
})

void t.test('5.5 a fake clock goes along, and dates are by it', async (t) => {
  const clock = new FakeClock(new Date('2030-06-01T08:00:00Z'))
  const queue = open('default', { clock })
  const at = new Date('2030-06-01T09:30:00Z')
  const job = await queue.enqueueAt(at, 'arithmetic.add', 1, 2)
  t.match(await scheduled(queue), [{ id: job.id, func: 'arithmetic.add', args: [1, 2], kwargs: {}, dueAt: at }])
  t.strictSame(await queue.scheduledJobRegistry.getScheduledTime(job), at)
  t.equal(job.createdAt?.getUTCFullYear(), 2030)

  t.equal(await advance(queue, '1h'), 0)
  t.match(await scheduled(queue), [{ dueAt: at }], 'its time stays the same')
  t.strictSame(await queue.scheduledJobRegistry.getJobsToSchedule(), [])
  t.strictSame(await queue.scheduledJobRegistry.getJobsToSchedule({ before: at }), [job.id])
  t.ok(clock.now() >= new Date('2030-06-01T09:00:00Z'))

  t.equal(await advance(queue, at), 1)
  t.ok(clock.now() >= at)
  t.equal(await runQueued(queue), 1)
  await job.refresh()
  t.equal(job.result, 3)
  t.ok(job.enqueuedAt! >= at && job.endedAt! >= job.startedAt! && job.startedAt! >= at)

  const next = await queue.enqueueIn('1h', 'arithmetic.nothing')
  t.ok((await queue.scheduledJobRegistry.getScheduledTime(next))! >= new Date('2030-06-01T10:30:00Z'))
  t.equal(await advance(queue, new Date('2030-06-01T11:00:00Z')), 1)
})

void t.test('what makes no sense is refused, and nothing moves', async (t) => {
  const clock = new FakeClock(new Date('2030-06-01T08:00:00Z'))
  const [plain, fake] = [open('plain'), open('fake', { clock })]
  await plain.enqueueIn('1h', 'arithmetic.nothing')
  const wrong = { code: 'RQD_BAD_OPTION' }
  await t.rejects(advance([], 1), { ...wrong, message: /no queue was given/ })
  await t.rejects(advance(plain, -1), { ...wrong, message: /the time to pass is -1/ })
  await t.rejects(advance(plain, 'soon'), { code: 'RQD_BAD_DURATION', message: /^the time to pass is "soon"/ })
  await t.rejects(advance(plain, new Date('2099-01-01T00:00:00Z')), { ...wrong, message: /new FakeClock/ })
  await t.rejects(advance(fake, new Date('2030-01-01T00:00:00Z')), {
    ...wrong,
    message: /until 2030-01-01T.*after 2030-06/,
  })
  await t.rejects(advance(fake, new Date('soon')), { ...wrong, message: /until an invalid Date/ })
  await t.rejects(advance([plain, fake], 1), { ...wrong, message: /queue "fake" has another clock than "plain"/ })
  await t.rejects(advance([plain, open('far', { connection: connect() })], 1), {
    ...wrong,
    message: /another connection/,
  })
  t.match(await scheduled(plain), { length: 1 })
  t.equal(await plain.count(), 0)
})

void t.test('a queue that a daemon’s scheduler serves is left to it', async (t) => {
  const queue = open()
  await queue.enqueueIn('1h', 'arithmetic.nothing')
  const scheduler = new Scheduler({
    redis: client,
    keys,
    queues: ['default'],
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    host: 'here',
    pid: 1,
    // Longer than any machine stands still: its lock does not run out meanwhile.
    lockSec: 60,
  })
  await scheduler.start()
  t.teardown(() => scheduler.stop())
  await t.rejects(advance(queue, '2h'), {
    code: 'RQD_BAD_OPTION',
    message: /scheduler of a daemon serves queue "default"/,
  })
  t.match(await scheduled(queue), { length: 1 })
  t.equal(await client.get(keys.schedulerLock('default')), scheduler.name, 'its lock is its own')
})

void t.test('a key that holds something else is told', async (t) => {
  await client.set(keys.scheduled('default'), 'x')
  await t.rejects(advance(open(), 1), { code: 'RQD_REDIS', message: /queue "default" cannot be queued/ })
})
