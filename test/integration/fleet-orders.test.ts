import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { systemRandom } from '../../src/random.js'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { putOrder } from '../../src/redis/order-store.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { answerTo, dataOf, ordered } from '../helpers/fleet.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('C3: every daemon of a Redis shows what it does', async (t) => {
  const redis = await startRedis(t)
  const data = dataOf(redis)
  t.strictSame(await data.call('daemons', {}), { daemons: [] })
  const one = await startDaemon(t, redis, ['-N', '2', '--name', 'one', '--lease-sec', '5', 'high', 'low'])
  const two = await startDaemon(t, redis, ['-N', '1', '--name', 'two', '--lease-sec', '5', '--no-fleet-orders', 'low'])
  const queue = new Queue('high', { connection: redis.client, taskPaths: [fixtureTasks] })
  const gate = join(redis.folder, 'gate')
  await queue.enqueue('gate.wait', gate)
  const rows = await waitFor('a daemon to show the job', async () => {
    const { daemons } = await data.call('daemons', {})
    return daemons.some(({ running }) => running === 1) && daemons
  })
  t.match(rows, [
    {
      name: 'one',
      pid: one.pid,
      state: 'running',
      alive: true,
      queues: ['high', 'low'],
      pausedQueues: [],
      executors: { total: 2, busy: 1, idle: 1 },
      running: 1,
      finished: 0,
      sockets: [one.socket],
      http: null,
      takesOrders: true,
    },
    { name: 'two', pid: two.pid, state: 'running', queues: ['low'], takesOrders: false },
  ])
  t.ok((rows[0]?.rssBytes ?? 0) > 50_000_000, 'the memory of its executors counts')
  t.ok(Math.abs(Date.parse(rows[0]?.startedAt ?? '') - Date.now()) < 60_000)
  await writeFile(gate, '')
  await waitFor('the end of the job to be shown', async () =>
    (await data.call('daemons', {})).daemons.some(({ finished, running }) => finished === 1 && running === 0),
  )

  two.signal('SIGSTOP')
  one.signal('SIGSTOP')
  const dead = await waitFor('the leases to run out', async () => {
    const { daemons } = await data.call('daemons', {})
    return daemons.every(({ alive }) => !alive) && daemons
  })
  t.match(dead, [
    { name: 'one', state: 'lost' },
    { name: 'two', state: 'lost' },
  ])
  t.ok(dead.every(({ leaseLeftSec }) => leaseLeftSec <= 0))
})

t.test('C3: an order through Redis is carried out once, logged and answered', async (t) => {
  const redis = await startRedis(t)
  const data = dataOf(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'one', 'low'])
  t.match(await ordered(data, 'one', 'status'), {
    state: 'done',
    daemon: 'one',
    method: 'status',
    result: { name: 'one', pid: daemon.pid, state: 'running' },
    error: null,
  })
  t.match(await ordered(data, 'one', 'scale', { executors: 2 }), { state: 'done', result: { executors: 2, was: 1 } })
  await daemon.logged('ann@box pid 7')
  t.match(daemon.log(), /control call .*method=scale.*outcome=ok.*socket=redis/)

  const gate = join(redis.folder, 'gate')
  const queue = new Queue('low', { connection: redis.client, taskPaths: [fixtureTasks] })
  const job = await queue.enqueue('gate.wait', gate)
  await waitFor('the job to run', async () => (await job.refresh()).isStarted)
  const { order } = await data.call('daemon.order', { daemon: 'one', method: 'drain', params: {} })
  await waitFor('the drain to tell how far it is', async () => {
    const { state, progress } = await data.call('daemon.answer', { order })
    return state === 'taken' && (progress as { running?: number } | null)?.running === 1
  })
  await writeFile(gate, '')
  t.match(await answerTo(data, order), { state: 'done', result: { drained: true, handedBack: 0 } })
  t.match(await ordered(data, 'one', 'resume'), { state: 'done', result: { paused: [] } })
  t.match(await ordered(data, 'one', 'shutdown'), { state: 'done', result: { running: 0 } })
  t.match(await daemon.ended, { code: 0 })
})

t.test('C3: what cannot be done is refused, and that is an answer', async (t) => {
  const redis = await startRedis(t)
  const data = dataOf(redis)
  const keys = createKeys()
  const one = await startDaemon(t, redis, ['-N', '1', '--name', 'one', 'low'])
  await startDaemon(t, redis, ['-N', '1', '--name', 'deaf', '--no-fleet-orders', 'low'])
  t.match(await ordered(data, 'one', 'scale', { executors: 0 }), {
    state: 'failed',
    error: { code: 'RQD_BAD_OPTION', message: /executors/ },
  })
  t.match(await ordered(data, 'one', 'pause', { queues: ['nope'] }), {
    state: 'failed',
    error: { code: 'RQD_BAD_OPTION', message: /does not serve the queue "nope"/ },
  })
  t.match(await ordered(data, 'one', 'drain', { deadline: 1 }), {
    state: 'failed',
    error: { message: /drain has no parameter "deadline"/ },
  })
  await t.rejects(data.call('daemon.order', { daemon: 'one', method: 'empty' as 'status' }), { code: 'RQD_BAD_OPTION' })
  await t.rejects(data.call('daemon.order', { daemon: 'none', method: 'status' }), {
    code: 'RQD_NO_SUCH_DAEMON',
    message: 'no daemon of this Redis is called "none"; there are deaf, one',
  })
  await t.rejects(data.call('daemon.order', { daemon: 'deaf', method: 'status' }), {
    code: 'RQD_ORDER_REFUSED',
    message: /fleet-orders is off/,
  })
  t.match(await data.call('daemon.answer', { order: 'never' }), { state: 'unknown' })

  const { daemons } = await data.call('daemons', {})
  const supervisorId = daemons.find(({ name }) => name === 'one')?.supervisor ?? ''
  const id = systemRandom.hex(32)
  const text = JSON.stringify({ id, method: 'job', params: {} })
  await putOrder(redis.client, keys, { id, supervisorId, method: 'job', text, expiryMs: 60_000 })
  t.match(await answerTo(data, id), {
    state: 'failed',
    error: { code: 'RQD_ORDER_REFUSED', message: /"job" cannot be ordered through Redis; there are status, pause/ },
  })
  // Garbage on the list harms nobody.
  await redis.client.rpush(keys.orders(supervisorId), 'x', '{"id":1}', '[]', '{"id":"a","until":1e300,"method":7}')
  await one.logged('an order came that cannot be read')
  t.match(await ordered(data, 'one', 'status'), { state: 'done' })
})

t.test('C3: an order whose time is over is not carried out, whenever the daemon comes back', async (t) => {
  const redis = await startRedis(t)
  const data = dataOf(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'one', '--lease-sec', '60', 'low'])
  daemon.signal('SIGSTOP')
  const late = await data.call('daemon.order', { daemon: 'one', method: 'drain', params: {}, expirySec: 0.1 })
  const inTime = await data.call('daemon.order', { daemon: 'one', method: 'status', params: {}, expirySec: 600 })
  await waitFor('its time to be over', async () => {
    const [seconds, microseconds] = await redis.client.time()
    const orders = await redis.client.lrange(createKeys().orders(late.supervisor), 0, 0)
    const { until } = JSON.parse(orders[0] ?? '{}') as { until: number }
    return Number(seconds) * 1000 + Number(microseconds) / 1000 > until
  })
  daemon.signal('SIGCONT')
  t.match(await answerTo(data, inTime.order), { state: 'done', result: { state: 'running' } })
  t.match(await data.call('daemon.answer', { order: late.order }), { state: 'expired', result: null })
  t.notMatch(daemon.log(), 'draining')
})

t.test('C3: orders to a daemon that is gone say so', async (t) => {
  const redis = await startRedis(t)
  const data = dataOf(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'one', '--lease-sec', '60', 'low'])
  daemon.signal('SIGSTOP')
  const { order, supervisor } = await data.call('daemon.order', { daemon: 'one', method: 'status', params: {} })
  for (let i = 0; i < 31; i++) await data.call('daemon.order', { daemon: supervisor, method: 'status', params: {} })
  await t.rejects(data.call('daemon.order', { daemon: 'one', method: 'status' }), {
    code: 'RQD_ORDER_REFUSED',
    message: /has not taken up the last 32 orders/,
  })
  daemon.signal('SIGKILL')
  await daemon.ended
  // It is proved dead: nobody waits for its lease to run out.
  const heir = await startDaemon(t, redis, ['-N', '1', '--name', 'two', 'low'])
  t.match(await answerTo(data, order), { state: 'gone' })
  t.match(await heir.status(), { state: 'running' })
})

t.test('C3: Redis going away during an order neither repeats nor loses it', async (t) => {
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
  const data = dataOf(redis)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'one', '--lease-sec', '60', 'low'])
  const gate = join(redis.folder, 'gate')
  const queue = new Queue('low', { connection: redis.client, taskPaths: [fixtureTasks] })
  const job = await queue.enqueue('gate.wait', gate)
  await waitFor('the job to run', async () => (await job.refresh()).isStarted)
  const { order } = await data.call('daemon.order', { daemon: 'one', method: 'drain', params: {} })
  await waitFor('the order to be taken up', async () => (await data.call('daemon.answer', { order })).state === 'taken')
  redis.signal('SIGSTOP')
  await writeFile(gate, '')
  redis.signal('SIGCONT')
  await redis.restart()
  t.match(await answerTo(data, order), { state: 'done', result: { drained: true } })
  t.equal(daemon.log().match(/method=drain/g)?.length, 1)
})
