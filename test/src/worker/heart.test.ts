import t from 'tap'
import { systemClock } from '../../../src/clock.js'
import { putOrder } from '../../../src/redis/order-store.js'
import { Heart, type HeartOptions } from '../../../src/worker/heart.js'
import { Factory, markSec } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import type { Store } from '../../../src/redis/store.js'
import type { Test } from 'tap'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

function setup(
  t: Test,
  more: Partial<HeartOptions> = {},
): {
  heart: Heart
  calls: string[]
  logger: RecordingLogger
} {
  const calls: string[] = []
  const logger = new RecordingLogger()
  const heart = new Heart({
    store: make.store,
    clock: systemClock,
    logger,
    queues: ['q'],
    leaseMs: 60_000,
    supervisorId: () => 'sup',
    members: () => ({ workers: [{ name: 'sup.1', state: 'idle', pid: 5 }], running: [] }),
    leaseLost: () => {
      calls.push('lease lost')
      return Promise.resolve()
    },
    claimLost: (execution) => calls.push(`claim lost ${execution}`),
    counted: (claims) => calls.push(`counted ${claims}`),
    ...more,
  })
  t.teardown(() => heart.stop())
  return { heart, calls, logger }
}

void t.test('a beat shows the workers and tells how many claims Redis has', async (t) => {
  await make.register()
  const { heart, calls } = setup(t)
  await heart.beat()
  t.equal(await client.hget(keys.worker('sup.1'), 'pid'), '5')
  t.strictSame(calls, ['counted 0'])
})

void t.test('it beats several times a lease by itself, until it is stopped', async (t) => {
  await make.register()
  const { heart, calls } = setup(t, { leaseMs: 80 })
  await heart.start()
  await waitFor('three beats', () => calls.length >= 3)
  await heart.stop()
  const { length } = calls
  await heart.beat()
  t.equal(calls.length, length + 1, 'a beat by hand plans no other')
  await heart.stop()
})

void t.test('what a daemon does is shown when it has changed, also under another lease', async (t) => {
  await make.register()
  await make.register('next')
  const sent: (string | undefined)[] = []
  let [supervisor, summary] = ['sup', '{"a":1}']
  const beat: Store['beat'] = (call) => {
    sent.push(call.summary)
    return make.store.beat(call)
  }
  const store = Object.assign(Object.create(make.store) as Store, { beat })
  const { heart } = setup(t, { store, supervisorId: () => supervisor, summary: () => summary })
  await heart.beat()
  await heart.beat()
  summary = '{"a":2}'
  await heart.beat()
  t.strictSame(sent, ['{"a":1}', undefined, '{"a":2}'])
  t.equal(await client.hget(keys.supervisor('sup'), 'summary'), '{"a":2}')
  supervisor = 'next'
  await heart.beat()
  t.equal(await client.hget(keys.supervisor('next'), 'summary'), '{"a":2}')
})

void t.test('a nudge while a beat is on its way brings another one, and orders come with it', async (t) => {
  await make.register()
  await client.hset(keys.supervisor('sup'), 'orders', '1')
  const taken: string[] = []
  const { heart, calls } = setup(t, { ordered: (orders) => taken.push(...orders) })
  const first = heart.beat()
  heart.nudge()
  heart.nudge()
  await first
  await waitFor('the second beat', () => calls.length === 2)
  for (let i = 0; i < 10; i++) {
    const text = JSON.stringify({ id: `o${i}` })
    await putOrder(client, keys, { id: `o${i}`, supervisorId: 'sup', method: 'status', text, expiryMs: 60_000 })
  }
  heart.nudge()
  await waitFor('all orders, although one beat takes fewer', () => taken.length === 10)
  t.strictSame(
    taken.map((text) => (JSON.parse(text) as { id: string }).id),
    Array.from({ length: 10 }, (_, i) => `o${i}`),
  )
  await heart.stop()
  const { length } = calls
  heart.nudge()
  await heart.stop()
  t.equal(calls.length, length, 'after a stop there is none')
})

void t.test('stop is safe before start and any number of times', async (t) => {
  const { heart, calls } = setup(t, { leaseMs: 1 })
  await heart.stop()
  await heart.stop()
  await heart.start()
  await heart.stop()
  t.strictSame(calls, [])
})

void t.test('a lost lease is told once per beat, and beats asked for at the same time are one', async (t) => {
  const { heart, calls } = setup(t)
  await Promise.all([heart.beat(), heart.beat(), heart.beat()])
  t.strictSame(calls, ['lease lost'])
})

void t.test('running jobs whose claims are gone are named', async (t) => {
  const claim = await make.running('a')
  const running = [
    { execution: claim.execution, jobId: 'a', queue: 'q', worker: 'sup.1', markSec, workSec: 1 },
    { execution: 'gone', jobId: 'b', queue: 'q', worker: 'sup.1', markSec, workSec: 1 },
  ]
  const { heart, calls } = setup(t, { members: () => ({ workers: [], running }) })
  await heart.beat()
  t.strictSame(calls, ['claim lost gone', 'counted 1'])
})

void t.test(
  'an outage is logged once, also if it began before the first beat, and again only after it had ended',
  async (t) => {
    await make.register()
    let down = false
    const beat: Store['beat'] = (...args) => (down ? Promise.reject(new Error('down')) : make.store.beat(...args))
    const store = new Proxy(make.store, {
      get: (target, name) => (name === 'beat' ? beat : (Reflect.get(target, name) as unknown)),
    })
    const { heart, logger } = setup(t, { store })
    down = true
    for (let i = 0; i < 3; i++) await heart.beat()
    t.equal(logger.count('error no beat could be sent to Redis'), 1)
    down = false
    await heart.beat()
    down = true
    await heart.beat()
    t.equal(logger.count('error no beat could be sent to Redis'), 2)
  },
)

void t.test('whatever happens on a lost lease, the heart goes on', async (t) => {
  let calls = 0
  const { heart } = setup(t, {
    leaseLost: () => {
      calls += 1
      return Promise.reject(new Error('cannot register'))
    },
  })
  await heart.beat()
  await heart.beat()
  t.equal(calls, 2)
})
