import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.js'
import { Fetcher, type FetcherOptions } from '../../../src/worker/fetcher.js'
import { strictOrder } from '../../../src/worker/queue-order.js'
import { Factory } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { systemRandom } from '../../../src/random.js'
import type { Store } from '../../../src/redis/store.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

interface Bench {
  fetcher: Fetcher
  /** Ids in the order in which they were accepted. */
  taken: string[]
  /** What else was called. */
  calls: string[]
  logger: RecordingLogger
  free: { slots: number }
}

async function setup(t: Test, more: Partial<FetcherOptions> = {}): Promise<Bench> {
  const queues = ['high', 'low']
  await make.register('sup', { queues })
  const taken: string[] = []
  const calls: string[] = []
  const logger = new RecordingLogger()
  const free = { slots: 100 }
  const fetcher = new Fetcher({
    store: make.store,
    queues,
    order: strictOrder,
    clock: systemClock,
    random: systemRandom,
    logger,
    supervisorId: () => 'sup',
    capacity: (coming) => free.slots - coming,
    accept: (claims) => {
      free.slots -= claims.length
      taken.push(...claims.map(({ jobId }) => jobId))
    },
    armLimit: () => 8,
    isArmed: () => false,
    idle: (empty) => {
      calls.push(`idle ${empty.join()}`)
      return true
    },
    reconcile: () => {
      calls.push('reconcile')
      return Promise.resolve()
    },
    leaseLost: async () => {
      calls.push('lease lost')
      await make.register('sup', { queues })
    },
    ...more,
  })
  t.teardown(() => fetcher.stop())
  return { fetcher, taken, calls, logger, free }
}

/** A store whose `claim` fails as long as told. */
function failing(isDown: () => boolean, onCall: () => void = () => undefined): Store {
  const claim: Store['claim'] = (...args) => {
    onCall()
    return isDown() ? Promise.reject(new Error('down')) : make.store.claim(...args)
  }
  return new Proxy(make.store, {
    get: (target, name) => (name === 'claim' ? claim : (Reflect.get(target, name) as unknown)),
  })
}

void t.test('queues are read in strict priority, as capacity allows, again whenever it grows', async (t) => {
  const { fetcher, taken, free } = await setup(t)
  await make.enqueue(['l1', 'l2', 'l3'], { queue: 'low' })
  await make.enqueue(['h1', 'h2'], { queue: 'high' })
  free.slots = 3
  await fetcher.start()
  await waitFor('three jobs', () => taken.length === 3)
  t.strictSame(taken, ['h1', 'h2', 'l1'])
  await make.enqueue('h3', { queue: 'high' })
  free.slots = 2
  fetcher.wake()
  await waitFor('two more', () => taken.length === 5)
  t.strictSame(taken.slice(3), ['h3', 'l2'])
  free.slots = 0
  fetcher.wake()
  await fetcher.stop()
  t.strictSame(await make.list('low'), ['l3'])
})

void t.test('when all queues are empty it asks to be woken and waits; a wake makes it look', async (t) => {
  const { fetcher, taken, calls } = await setup(t)
  await fetcher.start()
  await waitFor('idle', () => calls.length === 1)
  t.strictSame(calls, ['idle high,low'])
  await make.enqueue('a', { queue: 'low' })
  fetcher.wake()
  await waitFor('the job', () => taken.length === 1)
  await waitFor('idle again', () => calls.length === 2)
})

void t.test(
  'a claim that emptied the queues is not followed by another, nor is growing capacity, until a wake',
  async (t) => {
    let claims = 0
    const store = failing(
      () => false,
      () => (claims += 1),
    )
    const { fetcher, taken, calls, free } = await setup(t, { store })
    await make.enqueue(['a', 'b'], { queue: 'low' })
    free.slots = 5
    await fetcher.start()
    await waitFor('idle', () => calls.length === 1)
    t.strictSame(taken, ['a', 'b'])
    t.equal(claims, 1)
    fetcher.grown()
    await make.enqueue('c', { queue: 'low' })
    fetcher.wake()
    await waitFor('idle again', () => calls.length === 2)
    t.strictSame(taken, ['a', 'b', 'c'])
    t.equal(claims, 2)
  },
)

void t.test('queues that nobody watches are polled', async (t) => {
  const { fetcher, taken } = await setup(t, { idle: () => false })
  await fetcher.start()
  await make.enqueue('a', { queue: 'low' })
  await waitFor('the job', () => taken.length === 1)
})

void t.test('a wake during a claim is not lost', async (t) => {
  const bench = await setup(t, {
    idle: () => {
      void make.enqueue('late', { queue: 'low' }).then(() => bench.fetcher.wake())
      return true
    },
  })
  await bench.fetcher.start()
  await waitFor('the job', () => bench.taken.includes('late'))
})

void t.test('a paused queue is left alone until it is resumed', async (t) => {
  const { fetcher, taken, calls } = await setup(t)
  fetcher.pause(['high'])
  t.strictSame([fetcher.isPaused('high'), fetcher.isPaused('low')], [true, false])
  await make.enqueue('h', { queue: 'high' })
  await make.enqueue('l', { queue: 'low' })
  await fetcher.start()
  await waitFor('idle', () => calls.length === 1)
  t.strictSame(taken, ['l'])
  t.strictSame(calls, ['idle low'])
  fetcher.resume(['high'])
  await waitFor('the other', () => taken.length === 2)
})

void t.test('everything can be paused, and one queue or all of it resumed', async (t) => {
  const { fetcher, taken, calls } = await setup(t)
  fetcher.pause([])
  t.ok(fetcher.isPaused('high') && fetcher.isPaused('low') && fetcher.isPaused('any'))
  await make.enqueue('h', { queue: 'high' })
  await make.enqueue('l', { queue: 'low' })
  await fetcher.start()
  fetcher.resume(['low'])
  t.strictSame([fetcher.isPaused('high'), fetcher.isPaused('low')], [true, false])
  await waitFor('idle', () => calls.length === 1)
  t.strictSame(taken, ['l'])
  fetcher.resume([])
  await waitFor('the other', () => taken.length === 2)
  t.notOk(fetcher.isPaused('high'))
})

void t.test('while RQ’s mark suspends all workers nothing is claimed; it is looked at again by itself', async (t) => {
  const { fetcher, taken } = await setup(t)
  await client.set(keys.suspended, '1')
  await make.enqueue('a', { queue: 'low' })
  await fetcher.start()
  await waitFor('it to see the mark', () => fetcher.suspended)
  t.strictSame(taken, [])
  await client.del(keys.suspended)
  await waitFor('the job', () => taken.length === 1)
  t.notOk(fetcher.suspended)
})

void t.test('a lost lease is told, and once there is a new one the reading goes on', async (t) => {
  const { fetcher, taken, calls } = await setup(t)
  await client.del(keys.supervisors)
  await make.enqueue('a', { queue: 'low' })
  await fetcher.start()
  await waitFor('the job', () => taken.length === 1)
  t.equal(calls[0], 'lease lost')
  t.equal(calls.filter((call) => call === 'lease lost').length, 1)
})

void t.test(
  'after errors it backs off, complains once, and compares what Redis recorded before it goes on',
  async (t) => {
    let down = true
    let claims = 0
    const store = failing(
      () => down,
      () => (claims += 1),
    )
    const { fetcher, taken, calls, logger } = await setup(t, { store, random: { ...systemRandom, unit: () => 0 } })
    await make.enqueue('a', { queue: 'low' })
    const beganMs = performance.now()
    await fetcher.start()
    await waitFor('three attempts', () => claims >= 3)
    t.ok(performance.now() - beganMs >= 140, 'with growing pauses: 50 and 100 ms at least')
    t.equal(logger.count('error cannot claim jobs'), 1)
    down = false
    await waitFor('the job', () => taken.length === 1)
    t.ok(calls.includes('reconcile'))
    down = true
    fetcher.wake()
    await waitFor('the next complaint', () => logger.count('error cannot claim jobs') === 2)
  },
)

void t.test('a doubt is resolved before the next claim', async (t) => {
  const { fetcher, calls } = await setup(t)
  fetcher.doubt()
  await fetcher.start()
  await waitFor('idle', () => calls.length === 2)
  t.strictSame(calls, ['reconcile', 'idle high,low'])
  fetcher.doubt()
  await waitFor('another look', () => calls.length === 4)
  t.strictSame(calls.slice(2), ['reconcile', 'idle high,low'])
})

void t.test('ids without a job and queues that cannot be read are told of, and the others served', async (t) => {
  const { fetcher, taken, logger } = await setup(t)
  await client.set(keys.queue('high'), 'text')
  await client.rpush(keys.queue('low'), 'no-job')
  await make.enqueue('a', { queue: 'low' })
  await fetcher.start()
  await waitFor('the job', () => taken.length === 1)
  t.ok(logger.lines.includes('warn skipped an id without a job: deleted, or not started within its ttl'))
  t.ok(logger.lines.includes('error a queue cannot be read'))
  await client.del(keys.queue('high'))
  await make.enqueue('b', { queue: 'high' })
  await waitFor('the mended queue by polling', () => taken.includes('b'))
})

void t.test('stop resolves when the last claim has been accepted, and is safe before start and twice', async (t) => {
  let claiming = false
  const store = failing(
    () => false,
    () => (claiming = true),
  )
  const bench = await setup(t, { store })
  await make.enqueue('a', { queue: 'low' })
  await bench.fetcher.start()
  await waitFor('the claim to be under way', () => claiming)
  await bench.fetcher.stop()
  t.strictSame(bench.taken, ['a'])
  await bench.fetcher.stop()
  const never = await setup(t)
  await never.fetcher.stop()
  await never.fetcher.start()
  await never.fetcher.stop()
  t.strictSame(never.calls, [])
})

void t.test('a claim sent ahead takes from the open queues, no more than there is room for, and few', async (t) => {
  const { fetcher, free } = await setup(t)
  t.match(fetcher.arm(), { supervisorId: 'sup', queues: ['high', 'low'], limit: 8, ticket: 1 })
  free.slots = 3
  fetcher.pause(['high'])
  t.match(fetcher.arm(), { queues: ['low'], limit: 3 })
  t.not(fetcher.arm()?.executionPrefix, fetcher.arm()?.executionPrefix)
  fetcher.pause([])
  t.equal(fetcher.arm(), undefined)
  fetcher.resume([])
  free.slots = 0
  t.equal(fetcher.arm(), undefined)
})

void t.test('what it brought is accepted, and more is claimed only where there may be more', async (t) => {
  let claims = 0
  const store = failing(
    () => false,
    () => (claims += 1),
  )
  const { fetcher, taken, calls, free } = await setup(t, { store })
  await fetcher.start()
  await waitFor('idle', () => calls.length === 1)
  free.slots = 2
  const call = fetcher.arm()
  await make.enqueue(['a'], { queue: 'low' })
  fetcher.claimed(await make.store.claim(call!), call!)
  t.strictSame([taken, claims, calls.length], [['a'], 1, 2], 'it waits again, and has asked nothing')
  const full = fetcher.arm()
  await make.enqueue(['b', 'c'], { queue: 'low' })
  free.slots = 100
  fetcher.claimed(await make.store.claim(full!), full!)
  await waitFor('the rest', () => taken.length === 3)
  t.equal(claims, 2)
})

void t.test(
  'what was sent ahead is made void by a stop, a pause that asks for it, and where there is no room',
  async (t) => {
    const { fetcher, taken, free } = await setup(t, { isArmed: () => true })
    const call = fetcher.arm()
    await fetcher.disarm()
    await make.enqueue(['a'], { queue: 'low' })
    const reply = await make.store.claim(call!)
    t.strictSame([reply.state, reply.claims], ['void', []])
    t.strictSame(await make.list('low'), ['a'])
    free.slots = 1
    const next = fetcher.arm()
    const other = fetcher.arm()
    fetcher.claimed(await make.store.claim(next!), next!)
    t.strictSame([taken, free.slots], [['a'], 0])
    await make.enqueue(['b'], { queue: 'high' })
    await waitFor('the other to be void', async () => (await client.hget(keys.supervisor('sup'), 'disarmed')) === '2')
    t.equal((await make.store.claim(other!)).state, 'void')
    free.slots = 1
    const last = fetcher.arm()
    await fetcher.stop()
    t.equal((await make.store.claim(last!)).state, 'void')
    t.strictSame(await make.list('high'), ['b'])
  },
)

void t.test('a claim that brought all it might is followed by the next before its jobs are accepted', async (t) => {
  const order: string[] = []
  const store = failing(
    () => false,
    () => order.push('claim'),
  )
  const bench = await setup(t, {
    store,
    // Room for four, of which those that come meanwhile take their part.
    capacity: (coming) => Math.max(0, Math.min(2, 4 - bench.taken.length - coming)),
    accept: (claims) => {
      order.push(`accept ${claims.map(({ jobId }) => jobId).join()}`)
      bench.taken.push(...claims.map(({ jobId }) => jobId))
    },
  })
  await make.enqueue(['a', 'b', 'c', 'd', 'e'], { queue: 'low' })
  await bench.fetcher.start()
  await waitFor('all there is room for', () => bench.taken.length === 4)
  t.strictSame(order, ['claim', 'claim', 'accept a,b', 'accept c,d'])
  await bench.fetcher.stop()
  t.strictSame(await make.list('low'), ['e'])
})

void t.test(
  'C3: a queue paused for all daemons is left alone, not watched, and served again when resumed',
  async (t) => {
    let found = 0
    const { fetcher, taken, calls } = await setup(t, { pausedEverywhere: () => (found += 1) })
    await client.sadd(keys.pausedQueues, keys.queue('high'))
    await make.enqueue(['a', 'b'], { queue: 'high' })
    await make.enqueue('c', { queue: 'low' })
    await fetcher.start()
    await waitFor('the other queue to be served', () => taken.includes('c'))
    await waitFor('it to be watched alone', () => calls.includes('idle low'))
    t.strictSame(taken, ['c'])
    t.strictSame([fetcher.isOpen('high'), fetcher.isOpen('low'), fetcher.isPaused('high')], [false, true, false])
    t.equal(found, 1, 'told once, however often it is found so')
    await client.sadd(keys.pausedQueues, '*')
    fetcher.wake()
    await waitFor('all of them to be paused', () => !fetcher.isOpen('low'))
    t.equal(found, 2)
    await client.del(keys.pausedQueues)
    await waitFor('what waited', () => taken.length === 3)
    t.strictSame(taken, ['c', 'a', 'b'])
    t.strictSame([fetcher.isOpen('high'), fetcher.isOpen('low')], [true, true])
  },
)
