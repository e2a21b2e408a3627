import t from 'tap'
import { queueOrder } from '../../../src/worker/queue-order.js'

const queues = ['high', 'default', 'low']

/** Numbers in [0, 1) that are the same in each run. */
function randomOf(seed: number): { unit: () => number } {
  let state = seed
  return { unit: () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647 }
}

/** How often each queue comes first. */
function firsts(order: ReturnType<typeof queueOrder>, times: number): Record<string, number> {
  const counts: Record<string, number> = { high: 0, default: 0, low: 0 }
  for (let i = 0; i < times; i++) {
    const next = order.next(queues)
    const [first = ''] = next
    counts[first] = (counts[first] ?? 0) + 1
    if ([...next].sort().join() !== [...queues].sort().join()) throw new Error(`${next.join()} are not the queues`)
  }
  return counts
}

t.test('W1: by default the order is that of the arguments', async (t) => {
  const order = queueOrder('default', {}, randomOf(1))
  order.took('high')
  t.same(order.next(queues), queues)
})

t.test('round-robin: the queue that gave something goes last, as in RQ', async (t) => {
  const order = queueOrder('round-robin', {}, randomOf(1))
  t.same(order.next(queues), queues)
  order.took('high')
  t.same(order.next(queues), ['default', 'low', 'high'])
  order.took('default')
  t.same(order.next(queues), ['low', 'high', 'default'])
  t.same(order.next(['high', 'low']), ['high', 'low'], 'a queue that is paused meanwhile is passed over')
  order.took('low')
  t.same(order.next(queues), queues)
})

t.test('random: each queue comes first about as often', async (t) => {
  const counts = firsts(queueOrder('random', {}, randomOf(7)), 3_000)
  for (const queue of queues) t.ok(Math.abs((counts[queue] ?? 0) - 1_000) < 150, JSON.stringify(counts))
})

t.test('weighted: in proportion to the weights; a queue without one has 1', async (t) => {
  const counts = firsts(queueOrder('weighted', { high: 5, default: 4 }, randomOf(7)), 5_000)
  t.ok(Math.abs((counts['high'] ?? 0) - 2_500) < 200, JSON.stringify(counts))
  t.ok(Math.abs((counts['low'] ?? 0) - 500) < 120, JSON.stringify(counts))
})
