import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Orders } from '../../../daemon/dashboard/orders.js'
import { systemClock } from '../../../src/clock.js'
import { createKeys } from '../../../src/redis/keys.js'
import { answerOrder } from '../../../src/redis/order-store.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { dataOn } from './support.js'

const keys = createKeys()

/** A daemon that is there, as far as Redis tells, and does what the test says. */
async function setup(t: Test) {
  const redis = await startRedis(t)
  const { client } = redis
  const [sec] = await client.time()
  await client.zadd(keys.supervisors, Number(sec) * 1000 + 600_000, 's1')
  await client.hset(keys.supervisor('s1'), { name: 'box', host: 'h', pid: '1', orders: '1', queues: '["q"]' })
  const clock = {
    movedMs: 0,
    epochMs: () => systemClock.epochMs(),
    // It stands still unless it is moved: an order is waited for as long as the test needs.
    monoMs: () => clock.movedMs,
  }
  const orders = new Orders(dataOn(redis), clock)
  const taken = (): Promise<string> =>
    waitFor('an order', async () => {
      const text = await client.lpop(keys.orders('s1'))
      return text === null ? undefined : (JSON.parse(text) as { id: string }).id
    })
  const answer = (id: string, fields: Record<string, string>) =>
    answerOrder(client, keys, id, { daemon: 'box', supervisor: 's1', method: 'pause', ...fields })
  const wanted = { supervisor: 's1', method: 'pause', params: { queues: ['q'] }, by: 'ann' } as const
  return { client, clock, orders, taken, answer, wanted }
}

t.test('C11: an order is waited for, and told with what came of it', async (t) => {
  const { orders, taken, answer, wanted } = await setup(t)
  const given = orders.give(wanted)
  const id = await taken()
  await answer(id, { state: 'done', result: '{"paused":["q"]}' })
  const look = await given
  t.match(look, { id, daemon: 'box', ended: true, answer: { state: 'done', result: { paused: ['q'] } } })
  t.equal(orders.areUnderWay, false)
  t.match(await orders.snapshot(), [{ id, by: 'ann' }])
})

t.test('C11: one that takes longer goes on to be looked at, and is forgotten after its end', async (t) => {
  const { clock, orders, taken, answer, wanted } = await setup(t)
  const given = orders.give(wanted)
  const id = await taken()
  await answer(id, { state: 'taken', progress: '{"running":2}' })
  // A look that was under way before has come to its end.
  await nextTurn()
  clock.movedMs += 3_001
  t.match(await given, { ended: false, answer: { state: 'taken' } })
  t.equal(orders.areUnderWay, true)
  await answer(id, { state: 'failed', error: '{"code":"RQD_X","message":"cannot"}' })
  t.match(await orders.snapshot(), [{ ended: true, answer: { state: 'failed', error: { message: 'cannot' } } }])
  t.equal(orders.areUnderWay, false)
  clock.movedMs += 60_001
  t.strictSame(await orders.snapshot(), [])
})

t.test('C11: an order to a daemon that is gone, or takes none, is refused', async (t) => {
  const { client, orders, wanted } = await setup(t)
  await t.rejects(orders.give({ ...wanted, supervisor: 'nobody' }), { code: 'RQD_NO_SUCH_DAEMON' })
  await client.hset(keys.supervisor('s1'), 'orders', '0')
  await t.rejects(orders.give(wanted), { code: 'RQD_ORDER_REFUSED', message: /fleet-orders is off/ })
  t.strictSame(await orders.snapshot(), [])
})
