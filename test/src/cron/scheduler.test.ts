import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { CronScheduler, Queue, type CronEntryOptions, type CronSchedulerOptions } from '../../../src/index.js'
import { createKeys } from '../../../src/redis/keys.js'
import { queuedTicks } from '../../helpers/cron-ticks.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { goldenNames, loadGolden } from '../../helpers/golden.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis, type TestRedis } from '../../helpers/redis.js'
import { ttlIs } from '../../helpers/factory.js'
import { waitFor } from '../../helpers/wait-for.js'

const keys = createKeys()

function open({ client }: TestRedis, options: CronSchedulerOptions = {}): CronScheduler {
  return new CronScheduler({ connection: client, ...options })
}

/** As if the holder had given no sign of life for the length of its lease. */
const lapse = async ({ client }: TestRedis, ...entries: string[]): Promise<void> => {
  for (const entry of entries) await client.hset(keys.cronEntry(entry), 'until', 0)
}

const at = (time: string): number => Date.parse(`2026-11-24T${time}Z`)
const iso = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z')

t.test('J20 an entry fires at its ticks, with its job and options', async (t) => {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  const cron = open(redis, { logger, name: 'me' })
  const options: CronEntryOptions = {
    name: 'nightly',
    cron: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    queue: 'low',
    args: ['a'],
    kwargs: { b: 1 },
    meta: { mine: true },
    jobTimeout: '5m',
    description: 'the report',
  }
  t.equal(await cron.register('reports.build', options), 'nightly')
  t.strictSame(await cron.step(at('01:00:00')), { firings: [], nextMs: 3_600_000 })
  t.strictSame(await cron.step(at('01:59:59.999')), { firings: [], nextMs: 1 })
  const { firings, nextMs } = await cron.step(at('02:00:00.250'))
  t.match(firings, [{ entry: 'nightly', tick: new Date(at('02:00:00')), queue: 'low' }])
  t.equal(nextMs, 86_399_750)
  t.strictSame((await cron.step(at('02:00:01'))).firings, [])
  const queue = new Queue('low', { connection: redis.client })
  const jobs = await queue.jobs()
  t.equal(jobs.length, 1)
  t.match(jobs[0], {
    id: firings[0]?.jobId,
    status: 'queued',
    funcName: 'reports.build',
    args: ['a'],
    kwargs: { b: 1 },
    timeoutSec: 300,
    description: 'the report',
    meta: { mine: true, cron: { name: 'nightly', tick: '2026-11-24T02:00:00.000000Z' } },
  })
  t.strictSame(logger.lines, ['info a cron entry has fired'])
  t.match(logger.fields[0], { entry: 'nightly', tick: '2026-11-24T02:00:00.000Z', queue: 'low' })
})

t.test('J20 schedulers that are killed, frozen and woken: no tick twice, with back-fill none missed', async (t) => {
  const redis = await startRedis(t)
  const names = ['all', 'some', 'interval']
  let count = 0
  const fresh = async (): Promise<CronScheduler> => {
    const cron = open(redis, { name: `s${count++}` })
    await cron.register('a.b', {
      name: 'all',
      queue: 'all',
      cron: '*/2 * * * *',
      timeZone: 'Asia/Kathmandu',
      backfill: true,
    })
    await cron.register('a.b', { name: 'some', queue: 'some', cron: '* * * * *' })
    await cron.register('a.b', { name: 'interval', queue: 'interval', interval: 90, backfill: true })
    return cron
  }
  // A generator with a fixed seed, so that a failure can be seen again.
  let seed = 20261124
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  const alive = [await fresh(), await fresh()]
  const frozen: CronScheduler[] = []
  const startMs = at('10:00:00')
  let nowMs = startMs
  await alive[0]!.step(nowMs)
  for (let i = 0; i < 120; i++) {
    nowMs += random(100_000)
    const one = random(alive.length)
    await Promise.all(alive.map((cron) => cron.step(nowMs - random(3) * 700)))
    if (random(3) === 0) {
      frozen.push(...alive.splice(one, 1, await fresh()))
      if (random(2) === 0) await lapse(redis, ...names)
    }
    if (random(3) === 0 && frozen.length > 0) await frozen[random(frozen.length)]!.step(nowMs - random(200_000))
  }
  await lapse(redis, ...names)
  const last = await fresh()
  for (let i = 0; i < 5; i++) await last.step(nowMs)
  const expected = (stepMs: number, fromMs: number): string[] => {
    const ticks: string[] = []
    for (let tickMs = fromMs; tickMs <= nowMs; tickMs += stepMs) ticks.push(iso(tickMs))
    return ticks
  }
  t.strictSame(
    await queuedTicks(redis.client, 'all'),
    expected(120_000, at('10:01:00')),
    'each two minutes, none twice',
  )
  t.strictSame(await queuedTicks(redis.client, 'interval'), expected(90_000, startMs))
  const some = await queuedTicks(redis.client, 'some')
  t.ok(some.length > 0 && some.length < expected(60_000, startMs).length, `${some.length} of the others`)
  t.strictSame(some, [...new Set(some)].sort())
})

t.test(
  'J20 ticks that nobody was there for are skipped, and told of once; with back-fill they come in order',
  async (t) => {
    const redis = await startRedis(t)
    const logger = new RecordingLogger()
    const entries = async (cron: CronScheduler): Promise<CronScheduler> => {
      await cron.register('a.b', { name: 'skip', queue: 'skip', cron: '0 * * * *' })
      await cron.register('a.b', { name: 'fill', queue: 'fill', cron: '0 * * * *', backfill: 2 })
      return cron
    }
    await (await entries(open(redis))).step(at('10:30:00'))
    await lapse(redis, 'skip', 'fill')
    const later = await entries(open(redis, { logger }))
    await later.step(at('15:30:00'))
    await later.step(at('15:30:01'))
    t.strictSame(await queuedTicks(redis.client, 'skip'), [])
    t.strictSame(await queuedTicks(redis.client, 'fill'), ['2026-11-24T14:00:00Z', '2026-11-24T15:00:00Z'])
    t.equal(logger.count('warn ticks of a cron entry were missed and are skipped'), 2, 'once for each entry')
    await later.step(at('16:00:00'))
    t.strictSame(await queuedTicks(redis.client, 'skip'), ['2026-11-24T16:00:00Z'])
  },
)

t.test('many missed ticks come in portions, between which the lease is kept', async (t) => {
  const redis = await startRedis(t)
  const cron = open(redis)
  await cron.register('a.b', { name: 'e', queue: 'q', cron: '* * * * *', backfill: 120 })
  await cron.step(at('00:00:30'))
  const counts: [number, number | undefined][] = []
  for (let i = 0; i < 4; i++) {
    const { firings, nextMs } = await cron.step(at('12:00:30'))
    counts.push([firings.length, nextMs])
  }
  t.strictSame(counts, [
    [50, 0],
    [50, 0],
    [20, 30_000],
    [0, 30_000],
  ])
  const ticks = await queuedTicks(redis.client, 'q')
  t.strictSame([ticks.length, ticks[0], ticks.at(-1)], [120, '2026-11-24T10:01:00Z', '2026-11-24T12:00:00Z'])
})

t.test('what cannot be enqueued is told once, does not hold up others, and comes when it can', async (t) => {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  const cron = open(redis, { logger })
  await cron.register('a.b', { name: 'bad', queue: 'bad', cron: '* * * * *' })
  await cron.register('a.b', { name: 'good', queue: 'good', cron: '* * * * *' })
  await redis.client.set(keys.cronEntry('blocked'), 'x')
  await cron.register('a.b', { name: 'blocked', cron: '* * * * *' })
  await cron.step(at('10:00:30'))
  await redis.client.set(keys.queue('bad'), 'x')
  await cron.step(at('10:01:00'))
  await cron.step(at('10:01:01'))
  t.strictSame(await queuedTicks(redis.client, 'good'), ['2026-11-24T10:01:00Z'])
  t.equal(logger.count('warn a cron entry cannot fire; it is tried again'), 1)
  t.equal(logger.count('error a cron entry cannot be looked after: its key holds something else'), 1)
  t.match(logger.fields, [{ entry: 'blocked' }, { entry: 'bad', error: /WRONGTYPE rq:queue:bad holds a string/ }, {}])
  await redis.client.del(keys.queue('bad'))
  await cron.step(at('10:01:02'))
  t.strictSame(await queuedTicks(redis.client, 'bad'), ['2026-11-24T10:01:00Z'])
})

t.test('started, it fires by the clock of Redis, whatever the clock of its host, until it is stopped', async (t) => {
  const redis = await startRedis(t)
  const clock = { epochMs: () => at('00:00:00'), monoMs: () => performance.now() }
  const [one, two] = [open(redis, { clock }), open(redis, { clock })]
  for (const cron of [one, two]) {
    t.teardown(() => cron.stop())
    // On a machine that stands still for a second, ticks come late; without back-fill they would be skipped.
    await cron.register('a.b', { name: 'e', queue: 'q', cron: '* * * * * *', backfill: true })
  }
  await Promise.all([one.start(), two.start()])
  await waitFor('ticks', async () => (await redis.client.llen(keys.queue('q'))) >= 2)
  const holder = await redis.client.hget(keys.cronEntry('e'), 'holder')
  const [first, other] = holder === one.name ? [one, two] : [two, one]
  await first.stop()
  await waitFor('the other', async () => (await redis.client.hget(keys.cronEntry('e'), 'holder')) === other.name)
  const before = await redis.client.llen(keys.queue('q'))
  await waitFor('more ticks', async () => (await redis.client.llen(keys.queue('q'))) > before)
  await other.stop()
  await other.stop()
  t.equal(await redis.client.hget(keys.cronEntry('e'), 'holder'), null)
  const ticks = (await queuedTicks(redis.client, 'q')).map((tick) => Date.parse(tick))
  t.strictSame(
    ticks,
    ticks.map((_, i) => ticks[0]! + i * 1_000),
    'each second once',
  )
})

t.test('P4 RQ shows ours: its hash of a cron scheduler is byte for byte the one that RQ writes', async (t) => {
  const redis = await startRedis(t)
  t.ok(goldenNames().includes('2.10--cron'))
  const golden = loadGolden('2.10--cron')
  const sample = golden.keys.get('rq:cron_scheduler:cron-1')
  if (sample?.type !== 'hash') throw new Error('the sample has no cron scheduler')
  const time = { epochMs: Date.parse('2026-11-23T09:00:11.574Z') + 0.881, monoMs: 0 }
  const clock = { epochMs: () => time.epochMs, monoMs: () => time.monoMs }
  const cron = open(redis, {
    clock,
    name: 'cron-1',
    host: 'box',
    pid: 4242,
    configFile: 'app.cron_config',
    serializer: 'pickle',
  })
  const common = { resultTtl: 500 }
  await cron.register('wirefuncs.add', { ...common, interval: 60, args: [1, 2], meta: { x: 1 } })
  const nap: CronEntryOptions = {
    ...common,
    cron: '*/5 * * * *',
    queue: 'other',
    kwargs: { seconds: 1 },
    jobTimeout: 60,
  }
  await cron.register('wirefuncs.nap', nap)
  time.epochMs = Date.parse('2026-11-23T09:00:11.576Z') + 0.191
  const { firings } = await cron.step(time.epochMs)
  await ttlIs(t, redis.client, keys.cronScheduler('cron-1'), 60)
  time.monoMs += 30_000
  await cron.step(time.epochMs)
  await ttlIs(t, redis.client, keys.cronScheduler('cron-1'), sample.ttl)
  const fields = Object.fromEntries([...sample.fields].map(([name, value]) => [name, value.toString()]))
  t.strictSame({ ...(await redis.client.hgetall(keys.cronScheduler('cron-1'))) }, fields)
  const [member, score] = await redis.client.zrange(keys.cronSchedulers, 0, '-1', 'WITHSCORES')
  t.strictSame([member, Number(score).toFixed(6)], ['cron-1', '1795424411.576191'])
  const job = [...golden.keys.values()].find(({ key }) => key.startsWith('rq:job:'))
  if (job?.type !== 'hash') throw new Error('the sample has no job')
  const ours = await redis.client.hgetall(keys.job(firings[0]?.jobId ?? ''))
  t.strictSame(Object.keys(ours).sort(), [...job.fields.keys()].sort())
  for (const name of ['status', 'origin', 'description', 'timeout', 'result_ttl']) {
    t.equal(ours[name], job.fields.get(name)?.toString(), name)
  }
  await cron.stop()
  t.equal(await redis.client.exists(keys.cronSchedulers), 0, 'as with RQ, the hash alone is left to expire')
})

t.test('J20 when its holder is gone, an entry is taken over, and that is told', async (t) => {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  const [one, two] = [open(redis, { name: 'one' }), open(redis, { name: 'two', logger })]
  for (const cron of [one, two]) await cron.register('a.b', { name: 'e', cron: '* * * * *' })
  await one.step(at('10:00:30'))
  await two.step(at('10:00:30'))
  await two.step(at('10:01:00'))
  t.strictSame(logger.lines, ['debug a cron entry is looked after by another scheduler'])
  await lapse(redis, 'e')
  const { firings } = await two.step(at('10:01:05'))
  t.match(firings, [{ entry: 'e', tick: new Date(at('10:01:00')) }], 'a tick of the time between is late, not lost')
  t.strictSame(logger.lines.slice(1), ['info a cron entry was taken over', 'info a cron entry has fired'])
  t.match(logger.fields[1], { entry: 'e', from: 'one' })
})

t.test('J2 an exported function is registered under the name that workers know', async (t) => {
  const redis = await startRedis(t)
  const { add } = (await import(pathToFileURL(join(fixtureTasks, 'arithmetic.mjs')).href)) as {
    add: (a: number, b: number) => number
  }
  const cron = open(redis, { taskPaths: [fixtureTasks] })
  t.equal(await cron.register(add, { interval: 60, args: [1, 2] }), 'arithmetic.add')
  await t.rejects(
    cron.register(() => 1, { interval: 60 }),
    { code: 'RQD_UNNAMED_FUNCTION' },
  )
  await cron.step(at('10:00:00'))
  t.match(await new Queue('default', { connection: redis.client }).jobs(), [
    { funcName: 'arithmetic.add', args: [1, 2] },
  ])
})

t.test('what no entry can be is refused when it is registered', async (t: Test) => {
  const redis = await startRedis(t)
  const cron = open(redis)
  const refused = (func: string, options: object, message: RegExp, code = 'RQD_BAD_OPTION'): Promise<unknown> =>
    t.rejects(cron.register(func, options as CronEntryOptions), { code, message }, JSON.stringify(options))
  const when = { cron: '* * * * *' }
  await refused('a.b', {}, /cron entry "a.b" has neither a cron schedule nor an interval/)
  await refused('a.b', { ...when, timeZone: 'Nowhere' }, /time zone "Nowhere"/)
  await refused('ab', when, /function "ab"; expected "module.function"/)
  await refused('a.b', { ...when, queue: 'a,b' }, /queue name "a,b"/)
  await refused('a.b', { ...when, jobId: 'x' }, /has the option jobId; each tick makes a job of its own/)
  await refused('a.b', { ...when, name: ' x' }, /the name of a cron entry is " x"/)
  await refused('a.b', { ...when, name: 'a\nb' }, /without blanks around it/)
  await refused('a.b', { ...when, jobTimeout: 0 }, /jobTimeout is 0 s/)
  await refused('a.b', { ...when, backfill: -1 }, /backfill of cron entry "a.b" is -1/)
  await refused('a.b', { ...when, args: [() => 1] }, /JSON/, 'RQD_UNREPRESENTABLE')
  await cron.register('a.b', when)
  await refused('a.b', when, /"a.b" is registered already/)
  t.strictSame(cron.entryNames, ['a.b'])
  t.throws(() => open(redis, { leaseSec: 0 }), { code: 'RQD_BAD_OPTION', message: /leaseSec is 0/ })
})
