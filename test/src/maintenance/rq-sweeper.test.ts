import type { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { systemClock, type Clock } from '../../../src/clock.js'
import type { LogFields, Logger } from '../../../src/logger.js'
import { RqSweeper, type RqSweeperOptions } from '../../../src/maintenance/rq-sweeper.js'
import { systemRandom } from '../../../src/random.js'
import { dump } from '../../helpers/dump.js'
import { Factory, nowIso, plainFields } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

interface Line {
  level: string
  sentence: string
  fields: LogFields | undefined
}

interface Setup {
  client: Redis
  connect: () => Redis
  make: Factory
  lines: Line[]
  recovered: number[]
  sweeper: RqSweeper
}

async function setup(t: Test, options: Partial<RqSweeperOptions> = {}): Promise<Setup> {
  const { client, connect } = await startRedis(t)
  const make = new Factory(client)
  const lines: Line[] = []
  const log = (level: string) => (sentence: string, fields?: LogFields) => void lines.push({ level, sentence, fields })
  const logger: Logger = { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') }
  const recovered: number[] = []
  const sweeper = new RqSweeper({
    redis: client,
    keys: make.keys,
    queues: ['q', 'r'],
    clock: systemClock,
    random: systemRandom,
    logger,
    intervalMs: 20,
    reserveMs: 0,
    intermediateMs: 0,
    onRecovered: (jobs) => recovered.push(jobs),
    ...options,
  })
  t.teardown(() => sweeper.stop())
  return { client, connect, make, lines, recovered, sweeper }
}

async function abandon({ client, make }: Setup, id: string, fields: Record<string, string> = {}): Promise<void> {
  const { origin = 'q' } = fields
  const started = { status: 'started', started_at: nowIso, worker_name: 'py' }
  await client.hset(make.keys.job(id), { ...plainFields(origin), ...started, ...fields })
  await client.zadd(make.keys.started(origin), 1_000_000, id)
}

const nothing = { recovered: 0, retried: 0, failed: 0, returned: 0, reserved: 0, dropped: 0, busy: 0 }

t.test('a sweep covers all queues, tells of each job and counts', async (t) => {
  const made = await setup(t)
  const { client, make, sweeper, lines, recovered } = made
  await abandon(made, 'a', { retries_left: '1' })
  await abandon(made, 'b', { origin: 'r', failure_callback_name: 'app.failed' })
  await abandon(made, 'later', { retries_left: '1', retry_intervals: '[60]' })
  await client.hset(make.keys.job('mid'), plainFields('q'))
  await client.rpush(make.keys.intermediate('q'), 'mid')
  await client.zadd(make.keys.finished('r'), 1000, 'old')
  t.strictSame(await sweeper.runOnce(), { ...nothing, reserved: 3, dropped: 1 })
  t.strictSame(await sweeper.runOnce(), { ...nothing, recovered: 4, retried: 2, failed: 1, returned: 1 })
  t.strictSame(await sweeper.runOnce(), nothing)
  t.strictSame(recovered, [3, 1])
  t.strictSame(await make.list(), ['mid', 'a'])
  const told = lines.filter(({ level }) => level === 'warn')
  t.strictSame(told.map(({ fields }) => fields?.['jobId']).sort(), ['a', 'b', 'later', 'mid'])
  t.match(
    told.find(({ fields }) => fields?.['jobId'] === 'b'),
    {
      sentence: 'a job abandoned by an RQ worker was failed',
      fields: { queue: 'r', worker: 'py', startedAt: nowIso, failureCallbackNotRun: 'app.failed' },
    },
  )
  t.notOk('failureCallbackNotRun' in (told.find(({ fields }) => fields?.['jobId'] === 'a')?.fields ?? {}))
})

t.test('RQ’s lock is taken for a sweep and given back', async (t) => {
  const { client, connect, make, sweeper } = await setup(t)
  const monitor = await connect().monitor()
  monitor.on('error', () => undefined)
  t.teardown(() => monitor.disconnect())
  const seen: string[] = []
  monitor.on('monitor', (_time: string, args: string[]) => {
    if (args[1]?.includes('clean_registries')) seen.push(args.join(' '))
  })
  await sweeper.runOnce()
  const lock = make.keys.cleaning('q')
  const other = make.keys.cleaning('r')
  await waitFor('the commands to be seen', () => seen.length === 4)
  const taken = (key: string): RegExp => new RegExp(`^set ${key} 1 ex 899 nx$`, 'i')
  t.match(seen, [taken(lock), new RegExp(`^del ${lock}$`, 'i'), taken(other), new RegExp(`^del ${other}$`, 'i')])
  t.equal(await client.exists(lock, other), 0)
})

t.test('while somebody else cleans a queue, only abandoned jobs are looked after there', async (t) => {
  const made = await setup(t)
  const { client, make, sweeper } = made
  await client.set(make.keys.cleaning('q'), '1', 'EX', 899)
  await abandon(made, 'a')
  await client.zadd(make.keys.finished('q'), 1000, 'old')
  t.strictSame(await sweeper.runOnce(), { ...nothing, reserved: 1, busy: 1 })
  t.strictSame(await sweeper.runOnce(), { ...nothing, recovered: 1, failed: 1, busy: 1 })
  t.equal(await client.zcard(make.keys.finished('q')), 1)
  t.ok((await client.ttl(make.keys.cleaning('q'))) > 890, 'a lock of others stays as it is')
})

t.test('a lock that was left behind, as RQ 1.13 does, hinders nothing and stays', async (t) => {
  const { client, make, sweeper } = await setup(t)
  await client.set(make.keys.cleaning('q'), '1', 'EX', 700)
  await client.zadd(make.keys.finished('q'), 1000, 'old')
  t.strictSame(await sweeper.runOnce(), { ...nothing, dropped: 1 })
  t.equal(await client.exists(make.keys.cleaning('q')), 1)
})

t.test('a lock that may have expired during the sweep is not deleted', async (t) => {
  for (const moved of ['epochMs', 'monoMs'] as const) {
    let calls = 0
    const clock: Clock = { ...systemClock, [moved]: () => (calls++ === 0 ? 0 : 1_000_000) }
    const { client, make, sweeper } = await setup(t, { clock, queues: ['q'] })
    await sweeper.runOnce()
    t.equal(await client.exists(make.keys.cleaning('q')), 1, moved)
  }
})

t.test('it sweeps at start and on, sooner while jobs are reserved, and ends when told', async (t) => {
  const made = await setup(t, { intervalMs: 60_000, reserveMs: 30, queues: ['q'] })
  const { client, make, sweeper, recovered } = made
  await abandon(made, 'a')
  await sweeper.start()
  await sweeper.start()
  await waitFor('the job to be recovered', () => recovered.length === 1)
  await sweeper.stop()
  await sweeper.stop()
  await sweeper.start()
  await abandon(made, 'b')
  const before = await dump(client)
  t.strictSame(await sweeper.runOnce(), nothing, 'a stopped sweeper sweeps nothing')
  t.strictSame(await dump(client), before)
  t.equal((await make.job('a'))['status'], 'failed')
})

t.test('it sweeps again and again', async (t) => {
  const made = await setup(t, { queues: ['q'] })
  const { make, sweeper, recovered } = made
  await sweeper.start()
  for (const id of ['a', 'b']) {
    await abandon(made, id, { retries_left: '1' })
    await waitFor(`${id} to be recovered`, async () => (await make.list()).includes(id))
  }
  await waitFor('both to be counted', () => recovered.length === 2)
})

t.test('it may be stopped before it is started', async (t) => {
  const { sweeper } = await setup(t)
  await sweeper.stop()
  await sweeper.start()
  t.pass()
})

t.test('calls during a sweep join it', async (t) => {
  const { sweeper } = await setup(t)
  t.equal(sweeper.runOnce(), sweeper.runOnce())
  await sweeper.runOnce()
})

t.test('trouble with Redis is said once, hurts one queue only, and is tried again', async (t) => {
  const made = await setup(t)
  const { client, make, sweeper, lines } = made
  await abandon(made, 'a', { origin: 'r' })
  const errors = (): Line[] => lines.filter(({ level }) => level === 'error')
  const set = client.set.bind(client)
  let cut = true
  const failing = (key: string, ...rest: unknown[]): unknown =>
    cut && key === make.keys.cleaning('q')
      ? Promise.reject(new Error('Connection is closed.'))
      : (set as (...args: unknown[]) => unknown)(key, ...rest)
  Object.assign(client, { set: failing })
  t.strictSame(await sweeper.runOnce(), { ...nothing, reserved: 1 })
  t.strictSame(await sweeper.runOnce(), { ...nothing, recovered: 1, failed: 1 })
  t.strictSame(
    errors().map(({ fields }) => fields),
    [{ queue: 'q', error: 'Connection is closed.' }],
  )
  cut = false
  await sweeper.runOnce()
  cut = true
  await sweeper.runOnce()
  t.equal(errors().length, 2, 'new trouble is said again')
})

t.test('two daemons that sweep at once recover each job once', async (t) => {
  const made = await setup(t, { queues: ['q'] })
  const { connect, make, recovered } = made
  const options = {
    redis: connect(),
    keys: make.keys,
    queues: ['q'],
    clock: systemClock,
    random: systemRandom,
  }
  const { sweeper } = made
  const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined }
  const other = new RqSweeper({
    ...options,
    logger: silent,
    reserveMs: 0,
    onRecovered: (jobs) => recovered.push(jobs),
  })
  for (let i = 0; i < 150; i += 1) await abandon(made, `job-${i}`, { retries_left: '3' })
  await waitFor('all to be recovered', async () => {
    await Promise.all([sweeper.runOnce(), other.runOnce()])
    return recovered.reduce((sum, jobs) => sum + jobs, 0) >= 150
  })
  t.equal(new Set(await make.list()).size, 150)
  t.equal((await make.list()).length, 150)
})
