import type { Redis } from 'ioredis'
import { RqdError } from '../errors.js'
import type { Random } from '../random.js'
import type { Keys } from '../redis/keys.js'
import { MOST_ORDERS, type OrderReply, putOrder } from '../redis/order-store.js'
import { findDaemon, listDaemons } from './daemons.js'
import { readReply } from './pipeline.js'

/** What a daemon is to do. */
export interface OrderText {
  readonly id: string
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  /** Who ordered it, as they say. */
  readonly by: string
}

/** An order that was given. */
export interface GivenOrder {
  readonly id: string
  /** Name of the daemon, and the id of its lease. */
  readonly daemon: string
  readonly supervisor: string
}

/**
 * What has become of an order. `waiting`: the daemon has not taken it up. `taken`: it is at it. `done`: see `result`.
 * `failed`: see `error`; it was refused or could not be done. `expired`: the daemon came too late and did nothing.
 * `gone`: the daemon ended, or lost its lease, before it answered. `unknown`: there was none, or nothing is kept of it.
 */
export const orderStates = ['waiting', 'taken', 'done', 'failed', 'expired', 'gone', 'unknown'] as const
export type OrderState = (typeof orderStates)[number]

/** A look at an order. */
export interface OrderAnswer {
  readonly state: OrderState
  readonly daemon: string | null
  readonly method: string | null
  readonly progress: unknown
  readonly result: unknown
  /** `code`: the stable name of the error, if it has one. */
  readonly error: { readonly code: string | null; readonly message: string } | null
}

/**
 * Give an order to one daemon, which takes it up at once if all is well, once at most, and never after its expiry.
 * @param order.expiryMs how long it may be taken up, milliseconds by the clock of Redis
 * @throws RqdError RQD_NO_SUCH_DAEMON, RQD_ORDER_REFUSED if it takes no orders or too many wait for it, RQD_BAD_OPTION
 * if several have the name, RQD_REDIS
 */
export async function giveOrder(
  redis: Redis,
  keys: Keys,
  random: Random,
  order: Omit<OrderText, 'id'> & { daemon: string; expiryMs: number },
): Promise<GivenOrder> {
  const { method, params, by, expiryMs } = order
  const { supervisor, name } = findDaemon(await listDaemons(redis, keys), order.daemon)
  const id = random.hex(32)
  const text: OrderText = { id, method, params, by }
  const reply = await putOrder(redis, keys, {
    id,
    supervisorId: supervisor,
    method,
    text: JSON.stringify(text),
    expiryMs,
  })
  if (reply !== 'ordered') throw refusedBy(name, reply)
  return { id, daemon: name, supervisor }
}

/** What has become of an order. @throws RqdError RQD_REDIS */
export async function readAnswer(redis: Redis, keys: Keys, order: string): Promise<OrderAnswer> {
  const fields = await readReply(`the answer ${keys.answer(order)}`, redis.hgetall(keys.answer(order)))
  const { state: stored = 'unknown', supervisor } = fields
  let state = orderStates.find((each) => each === stored) ?? 'unknown'
  if ((state === 'waiting' || state === 'taken') && supervisor !== undefined) {
    const leaseEnd = await readReply('the lease of a daemon', redis.zscore(keys.supervisors, supervisor))
    // It may have answered as the last thing before its lease ended.
    if (leaseEnd === null || Number(leaseEnd) === 0) {
      const last = await readReply(`the answer ${keys.answer(order)}`, redis.hget(keys.answer(order), 'state'))
      if (last !== stored) return readAnswer(redis, keys, order)
      state = 'gone'
    }
  }
  const error = valueOf(fields['error']) as OrderAnswer['error'] | undefined
  return {
    state,
    daemon: fields['daemon'] ?? null,
    method: fields['method'] ?? null,
    progress: valueOf(fields['progress']) ?? null,
    result: valueOf(fields['result']) ?? null,
    error: typeof error?.message === 'string' ? error : null,
  }
}

function refusedBy(name: string, reply: Exclude<OrderReply, 'ordered'>): RqdError {
  const shown = JSON.stringify(name)
  if (reply === 'gone') {
    return new RqdError('RQD_NO_SUCH_DAEMON', `the lease of the daemon ${shown} has run out: it is dead, or cut off`)
  }
  const why =
    reply === 'deaf'
      ? 'takes no orders through Redis (fleet-orders is off): use its control socket'
      : `has not taken up the last ${MOST_ORDERS} orders yet: look at its log, and try again`
  return new RqdError('RQD_ORDER_REFUSED', `the daemon ${shown} ${why}`)
}

function valueOf(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  } catch {
    return undefined
  }
}
