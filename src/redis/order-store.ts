import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { ANSWER_TTL_MS } from './lease.js'
import { asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** Orders that may wait for one daemon. */
export const MOST_ORDERS = 32

/** What became of giving an order; all but `ordered` have written nothing. `deaf`: the daemon takes no orders. */
export type OrderReply = 'ordered' | 'gone' | 'deaf' | 'full'

/**
 * Put an order on the list of a daemon, and tell it.
 * @param order.text a JSON object with its `id`
 * @param order.expiryMs how long it may be taken up, milliseconds
 * @throws RqdError RQD_REDIS
 */
export async function putOrder(
  redis: Redis,
  keys: Keys,
  order: { id: string; supervisorId: string; method: string; text: string; expiryMs: number },
): Promise<OrderReply> {
  const { id, supervisorId, method, text, expiryMs } = order
  const reply = await runScript(redis, scripts.order, {
    keys: {
      supervisors: keys.supervisors,
      supervisor: keys.supervisor(supervisorId),
      orders: keys.orders(supervisorId),
      answer: keys.answer(id),
    },
    args: {
      supervisorId,
      order: text,
      method,
      expiryMs,
      answerMs: ANSWER_TTL_MS,
      most: MOST_ORDERS,
      channel: keys.orderCalls,
    },
  })
  return asText(reply) as OrderReply
}

/**
 * Write how far an order is, or what came of it; kept for a minute from then on.
 * @throws RqdError RQD_REDIS
 */
export async function answerOrder(
  redis: Redis,
  keys: Keys,
  id: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  await runScript(redis, scripts.answerOrder, {
    keys: { answer: keys.answer(id) },
    args: { answerMs: ANSWER_TTL_MS },
    moreArgs: Object.entries(fields).flat(),
  })
}
