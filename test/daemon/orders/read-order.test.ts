import t from 'tap'
import { readOrder } from '../../../daemon/orders/read-order.js'

t.test('an order is read, and what is none is told apart', (t) => {
  t.strictSame(readOrder('{"until":5,"id":"a","method":"drain","params":{"timeoutSec":1},"by":"ann"}'), {
    id: 'a',
    method: 'drain',
    params: { timeoutSec: 1 },
    by: 'ann',
  })
  t.strictSame(readOrder('{"id":"a","method":"drain"}'), { id: 'a', method: 'drain', params: {}, by: '' })
  t.equal(readOrder(JSON.stringify({ id: 'a', method: 'x', by: 'y'.repeat(1_000) }))?.by.length, 200)
  for (const text of [
    '',
    '7',
    'null',
    '[]',
    '{"id":7,"method":"x"}',
    '{"id":"","method":"x"}',
    '{"id":"a","method":7}',
  ]) {
    t.equal(readOrder(text), undefined, text)
  }
  t.equal(readOrder(JSON.stringify({ id: 'a', method: 'x', params: { long: 'y'.repeat(100_000) } })), undefined)
  t.end()
})
