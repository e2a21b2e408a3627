import t, { type Test } from 'tap'
import type { Method } from '../../../daemon/control/method.js'
import { methodNames, methods } from '../../../daemon/control/protocol.js'
import { addressed } from '../../../daemon/control/tenant-methods.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { systemClock } from '../../../src/clock.js'
import { startRedis } from '../../helpers/redis.js'
import { FakeOperations } from './fake-operations.js'
import { RawCaller, dataOf, noData, startServer } from './harness.js'

const request = (id: number, method: string, params: unknown = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

async function startWithTenants(t: Test) {
  const events = new EventHub(systemClock)
  const ann = { operations: new FakeOperations(), data: noData, events: events.of('ann') }
  const bob = { operations: new FakeOperations(), data: noData, events: events.of('bob') }
  const tenants = new Map([
    ['ann', ann],
    ['bob', bob],
  ])
  const served = await startServer(t, { tenants, events })
  let id = 0
  const caller = new RawCaller(t, served.path)
  const ask = async (method: string, params: unknown = {}) => {
    id += 1
    return (await caller.send(request(id, method, params)).lines(id))[id - 1]
  }
  return { ...served, events, ann, bob, caller, ask }
}

t.test('the tenant is taken out of parameters by name, and of nothing else', async (t) => {
  t.strictSame(addressed({ tenant: 'ann', queues: ['q'] }), { tenant: 'ann', params: { queues: ['q'] } })
  t.strictSame(addressed({ queues: [] }), { tenant: undefined, params: { queues: [] } })
  t.strictSame(addressed(['tenant']), { tenant: undefined, params: ['tenant'] })
  t.strictSame(addressed(undefined), { tenant: undefined, params: undefined })
})

t.test(
  'a request is answered by the tenant that it names, and by the daemon as a whole where it names none',
  async (t) => {
    const { ask, operations, ann, bob } = await startWithTenants(t)
    t.match(await ask('pause', { tenant: 'ann', queues: ['low'] }), { result: { paused: ['low'] } })
    t.match(await ask('resume'), { result: { paused: [] } })
    t.same(ann.operations.calls, [['pause', ['low']]])
    t.same(bob.operations.calls, [])
    t.same(operations.calls, [['resume', []]])
    t.match(await ask('ping', { tenant: 'bob' }), { result: 'pong' })
    t.match(await ask('hello', { tenant: 'bob', client: 'x 1' }), { result: { readOnly: false } })
  },
)

t.test('a tenant that there is not is refused, with those that there are', async (t) => {
  const { ask } = await startWithTenants(t)
  t.match(await ask('status', { tenant: 'anna' }), {
    error: {
      message: 'this daemon has no tenant "anna"; did you mean "ann"?; there are ann, bob',
      data: { code: 'RQD_BAD_OPTION' },
    },
  })
  t.match(await ask('status', { tenant: 7 }), {
    error: { code: -32602, message: /tenant of status is 7; expected the/ },
  })
})

t.test('data belongs to a tenant: without one, its methods are refused with the list', async (t) => {
  const { ask } = await startWithTenants(t)
  const message = /^this daemon has tenants, and queues is about the data of one: add .*one of ann, bob$/
  t.match(await ask('queues'), { error: { message, data: { code: 'RQD_BAD_OPTION' } } })
  t.match(await ask('queues', [['q']]), { error: { message } }, 'by position as well')
  t.match(await ask('queues', { tenant: 'ann' }), { error: { message: /no Redis/ } }, 'which is what the fake one has')
})

t.test('what all tenants share is not changed for one of them', async (t) => {
  const { ask, ann, operations } = await startWithTenants(t)
  for (const method of ['scale', 'restart-executors', 'reload', 'shutdown']) {
    const params = method === 'scale' ? { executors: 2 } : {}
    const message = new RegExp(`^found tenant "ann", and ${method} is about what ann, bob share: leave the tenant out$`)
    t.match(await ask(method, { tenant: 'ann', ...params }), { error: { message } }, method)
  }
  t.same([ann.operations.calls, operations.calls], [[], []])
})

t.test('a daemon without tenants takes none', async (t) => {
  const { path, operations } = await startServer(t)
  const [reply] = await new RawCaller(t, path).send(request(1, 'pause', { tenant: 'ann' })).lines(1)
  t.match(reply, { error: { message: /found tenant "ann", and this daemon has no tenants: leave it out/ } })
  t.same(operations.calls, [])
})

t.test('who subscribes with a tenant is told of that one, and without one of all', async (t) => {
  const { caller, ask, events, ann, bob, path } = await startWithTenants(t)
  events.publish('redis.lost')
  t.match(await ask('subscribe', { tenant: 'ann' }), { result: { seq: 1 } })
  const other = new RawCaller(t, path).send(request(1, 'subscribe'))
  await other.lines(1)
  bob.events.publish('job.failed', { queue: 'q' })
  events.publish('redis.found')
  ann.events.publish('job.failed', { queue: 'q', jobId: 'j' })
  t.match((await caller.lines(2))[1], { params: { seq: 4, type: 'job.failed', tenant: 'ann', jobId: 'j' } })
  t.match(
    (await other.lines(4)).slice(1).map(({ params }) => params),
    [
      { seq: 2, tenant: 'bob' },
      { seq: 3, type: 'redis.found' },
      { seq: 4, tenant: 'ann' },
    ],
  )
})

t.test('past events can be asked for by tenant, and unsubscribing needs none', async (t) => {
  const { ask, events, ann } = await startWithTenants(t)
  events.publish('redis.lost')
  ann.events.publish('queue.paused', { queues: ['q'] })
  t.match(await ask('events', { tenant: 'ann' }), { result: { events: [{ seq: 2, tenant: 'ann' }] } })
  t.match(await ask('events', { tenant: 'bob' }), { result: { events: [] } })
  t.match(await ask('events'), { result: { events: [{ seq: 1 }, { seq: 2 }] } })
  t.match(await ask('subscribe', { tenant: 'ann' }), { result: { seq: 2 } })
  t.match(await ask('unsubscribe'), { result: { subscribed: true } })
  t.notOk(events.isHeard)
})

t.test('the line in the log about a change names the tenant', async (t) => {
  const { ask, logger } = await startWithTenants(t)
  await ask('pause', { tenant: 'ann', queues: ['low'] })
  await ask('pause')
  await ask('pause', { tenant: 'carl' })
  const lines = logger.lines.filter(({ sentence }) => sentence === 'control call').map(({ fields }) => fields)
  t.match(lines, [
    { method: 'pause', tenant: 'ann', params: '{"queues":["low"]}', outcome: 'ok' },
    { method: 'pause', tenant: undefined, params: '{}', outcome: 'ok' },
    { method: 'pause', tenant: 'carl', outcome: 'RQD_BAD_OPTION' },
  ])
})

t.test('the data of a tenant is read with its own connection', async (t) => {
  const redis = await startRedis(t)
  const events = new EventHub(systemClock)
  const ann = { operations: new FakeOperations(), data: dataOf(t, redis), events: events.of('ann') }
  const { path } = await startServer(t, { tenants: new Map([['ann', ann]]), events })
  const [reply] = await new RawCaller(t, path).send(request(1, 'queues', { tenant: 'ann', queues: ['q'] })).lines(1)
  t.match(reply, { result: { queues: [{ queue: 'q' }] } })
})

t.test('no method has a parameter of that name', async (t) => {
  for (const name of methodNames) {
    const { params }: Method = methods[name]
    t.notOk('tenant' in params.shape, name)
  }
})
