import t from 'tap'
import type { OrderAnswer, OrderState } from '../../../../src/fleet/orders.js'
import type { OrderMethod } from '../../../../daemon/data/order-methods.js'
import { orderText } from '../../../../daemon/dashboard/view/order-text.js'

function text(method: OrderMethod, state: OrderState, more: Partial<OrderAnswer> = {}): string {
  const answer = { state, daemon: 'box', method, progress: null, result: null, error: null, ...more }
  return orderText({ id: 'o', supervisor: 's', method, params: {}, by: 'ann', daemon: 'box', answer, ended: true })
}

t.test('C11: how an order stands is told in a sentence, for each state', async (t) => {
  t.equal(text('pause', 'waiting'), 'Pause of daemon box: ordered; it has not taken it up yet.')
  t.equal(text('drain', 'taken'), 'Drain of daemon box: under way.')
  t.match(text('scale', 'failed', { error: { code: 'X', message: 'no\u001b room' } }), /refused: no\\x1b room$/)
  t.match(text('scale', 'failed'), /it does not say why/)
  t.match(text('reload', 'expired'), /too late, and did nothing/)
  t.match(text('reload', 'gone'), /ended before it answered/)
  t.equal(text('shutdown', 'gone'), 'Shut down of daemon box: it has ended.')
  t.match(text('status', 'unknown'), /nothing is kept/)
})

t.test('progress and results are told as far as they are what they should be', async (t) => {
  const drain = { running: 1, elapsedSec: 65 }
  t.match(text('drain', 'taken', { progress: drain }), /under way: 1 job runs yet, for 1m 05s\.$/)
  const rollout = { step: 'new ones', done: 1, total: 4 }
  t.match(text('reload', 'taken', { progress: rollout }), /: new ones, 1 of 4 executors are as they should be\.$/)
  t.match(text('pause', 'done', { result: { paused: ['a', 'b'] } }), /done; paused there now: a, b\.$/)
  t.match(text('resume', 'done', { result: { paused: [] } }), /paused there now: nothing\.$/)
  const many = Array.from({ length: 11 }, (_, i) => `q${i}`)
  t.match(text('pause', 'done', { result: { paused: many } }), /q7 and 3 more\.$/)
  t.match(text('drain', 'done', { result: { handedBack: 2 } }), /at the deadline 2 jobs went back/)
  t.match(text('drain', 'done', { result: { handedBack: 0 } }), /nothing runs there any more/)
  t.match(text('scale', 'done', { result: { executors: 3, ending: 1 } }), /now: 3; 1 old executors end a job yet\.$/)
  t.match(
    text('reload', 'done', { result: { changed: ['queues'], needRestart: ['url'] } }),
    /changed: queues; .*: url\.$/,
  )
  t.match(text('shutdown', 'done', { result: { running: 2 } }), /ends after 2 running jobs/)
  for (const result of [null, 7, 'x', [], { executors: 'many', ending: Number.NaN }])
    t.match(text('scale', 'done', { result }), /executors now: unknown\.$/, JSON.stringify(result))
})
