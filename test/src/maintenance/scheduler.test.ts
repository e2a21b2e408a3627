import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.js'
import { Scheduler, type SchedulerOptions } from '../../../src/maintenance/scheduler.js'
import { systemRandom } from '../../../src/random.js'
import { dump } from '../../helpers/dump.js'
import { Factory, plainFields } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis, type TestRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

interface Setup {
  redis: TestRedis
  make: Factory
  /** By default it is quick; `{}`: as in a daemon. */
  open: (options?: Partial<SchedulerOptions>) => Scheduler
  logger: RecordingLogger
}

async function setup(t: Test): Promise<Setup> {
  const redis = await startRedis(t)
  const make = new Factory(redis.client)
  const logger = new RecordingLogger()
  const quick = { intervalMs: 20, lockSec: 5 }
  const open = (options: Partial<SchedulerOptions> = quick): Scheduler => {
    const scheduler = new Scheduler({
      redis: redis.client,
      keys: make.keys,
      queues: ['q'],
      clock: systemClock,
      random: systemRandom,
      logger,
      host: 'box',
      pid: 42,
      ...options,
    })
    t.teardown(() => scheduler.stop())
    return scheduler
  }
  return { redis, make, open, logger }
}

async function nowMs({ make }: Setup): Promise<number> {
  const [sec, us] = await make.client.time()
  return Number(sec) * 1_000 + Math.floor(Number(us) / 1_000)
}

async function schedule({ make }: Setup, id: string, fromNowMs: number): Promise<void> {
  const { client, keys } = make
  await client.hset(keys.job(id), { ...plainFields('q'), status: 'scheduled' })
  const [now] = await client.time()
  await client.zadd(keys.scheduled('q'), Math.ceil(Number(now) + fromNowMs / 1000), id)
}

t.test('W18 what is due is queued when it has started, what comes due later soon after', async (t) => {
  const place = await setup(t)
  await schedule(place, 'due', -1_000)
  const scheduler = place.open()
  await scheduler.start()
  t.strictSame(await place.make.list(), ['due'])
  await schedule(place, 'soon', 1_000)
  await waitFor('the other job', async () => (await place.make.list()).length === 2)
  t.match(scheduler.name, /^1\d{16}$/, 'readers of RQ 1.13 want a number')
})

t.test('more than one call takes are all queued', async (t) => {
  const place = await setup(t)
  for (let i = 0; i < 1_100; i++) await schedule(place, `job-${i}`, -1_000)
  await place.open({ intervalMs: 60_000 }).start()
  await waitFor('all jobs', async () => (await place.make.list()).length === 1_100)
})

t.test('W18 a stopped scheduler leaves nothing behind, a dead one is followed within its lock’s time', async (t) => {
  const place = await setup(t)
  const first = place.open()
  await first.start()
  await first.stop()
  await first.stop()
  t.strictSame(await dump(place.make.client), {})
  // Dead: nobody renews its lock.
  const dead = place.open()
  t.strictSame((await dead.runOnce()).held, ['q'])
  await schedule(place, 'job', -1_000)
  const next = place.open()
  await next.start()
  t.strictSame(await place.make.list(), [], 'the lock is respected while it lasts')
  await waitFor('the other to take over', async () => (await place.make.list()).length === 1)
  t.strictSame((await dead.runOnce()).held, [], 'the dead one, come back, has lost it')
})

t.test('W18 by default a lock lasts two seconds, and who dies is followed within three', async (t) => {
  const place = await setup(t)
  const { client, keys } = place.make
  // A busy machine may be late once, but not each time.
  const tooksMs: number[] = []
  for (let i = 0; i < 5 && !tooksMs.some((ms) => ms <= 4_000); i++) {
    await client.flushall()
    await schedule(place, 'job', 3_600_000)
    const diedMs = await nowMs(place)
    const dead = place.open({})
    await dead.runOnce()
    t.ok((await client.pttl(keys.schedulerLock('q'))) <= 2_000)
    await client.zadd(keys.scheduled('q'), 1, 'job')
    const next = place.open({})
    await next.start()
    await waitFor('the other to take over', async () => (await place.make.list()).length === 1)
    const tookMs = (await nowMs(place)) - diedMs
    t.ok(tookMs >= 2_000, `after ${tookMs} ms: the lock is respected while it lasts`)
    tooksMs.push(tookMs)
    await next.stop()
  }
  t.ok(
    tooksMs.some((ms) => ms <= 4_000),
    tooksMs.join(', '),
  )
})

t.test('J20 looks come at the whole seconds of Redis’ clock, whenever it was started', async (t) => {
  const place = await setup(t)
  const { client, keys } = place.make
  await waitFor('the middle of a second', async () => {
    const ms = (await nowMs(place)) % 1_000
    return ms > 300 && ms < 700
  })
  await place.open({}).start()
  // A busy machine may be late once, but not each time.
  const lateMs: number[] = []
  for (let i = 1; i <= 5 && !lateMs.some((ms) => ms < 200); i++) {
    const dueSec = Math.floor((await nowMs(place)) / 1_000) + 1
    await client.hset(keys.job(`job-${i}`), { ...plainFields('q'), status: 'scheduled' })
    await client.zadd(keys.scheduled('q'), dueSec, `job-${i}`)
    await waitFor('the job', async () => (await place.make.list()).length === i)
    lateMs.push((await nowMs(place)) - dueSec * 1_000)
  }
  t.ok(
    lateMs.some((ms) => ms >= 0 && ms < 200),
    lateMs.join(', '),
  )
})

t.test('stop before start is harmless, and a start after it does nothing', async (t) => {
  const place = await setup(t)
  const scheduler = place.open()
  await scheduler.stop()
  await scheduler.start()
  t.strictSame(await dump(place.make.client), {})
})

t.test('trouble is said once, and work goes on afterwards', async (t) => {
  const place = await setup(t)
  await place.make.client.set(place.make.keys.scheduled('q'), 'text')
  await place.open().start()
  await waitFor('it to be said', () =>
    place.logger.lines.some((line) => line.startsWith('error scheduled jobs of a queue')),
  )
  await place.make.client.del(place.make.keys.scheduled('q'))
  await schedule(place, 'job', -1_000)
  await waitFor('the job', async () => (await place.make.list()).length === 1)
  t.equal(place.logger.lines.filter((line) => line.startsWith('error')).length, 1)
})

t.test('a server that refuses scripts is said once, and its return too', async (t) => {
  const place = await setup(t)
  await place.make.client.config('SET', 'maxmemory', '1')
  await place.open().start()
  await place.make.client.config('SET', 'maxmemory', '0')
  await waitFor('it to work again', () => place.logger.count('info scheduled jobs are looked after again') === 1)
  t.equal(place.logger.lines.filter((line) => line.startsWith('warn')).length, 1)
})
