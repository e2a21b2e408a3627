import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Clock } from '../../src/clock.js'
import { type Deferred, deferred } from '../../src/deferred.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { OrderText } from '../../src/fleet/orders.js'
import type { Logger } from '../../src/logger.js'
import type { Keys } from '../../src/redis/keys.js'
import { audited } from '../control/audit.js'
import { faultOf } from '../control/faults.js'
import type { CallContext, Handler } from '../control/methods.js'
import type { DaemonState } from '../control/operations.js'
import { daemonMethods } from '../control/protocol.js'
import { type OrderMethod, isOrderMethod, orderMethods } from '../data/order-methods.js'
import type { OrderTaker } from '../supervisor/supervisor-options.js'
import { AnswerSheet } from './answer-sheet.js'
import { readOrder } from './read-order.js'

/** Orders under way at once. */
const MOST_UNDER_WAY = 16
/** How long orders under way may take to end when the daemon ends. */
const STOP_LIMIT_MS = 2_000

export interface OrdersOptions {
  readonly redis: Redis
  readonly keys: Keys
  /** Of the daemon. */
  readonly name: string
  readonly clock: Clock
  readonly logger: Logger
}

/** The daemon that does what is ordered. */
export interface OrderedDaemon {
  readonly handlers: Readonly<Record<OrderMethod, Handler>>
  readonly supervisorId: () => string
  readonly state: () => DaemonState
}

/**
 * Does what is ordered through Redis, as if it came over the control socket: the same methods, the same check of
 * parameters, the same line in the log. Every order that can be read gets an answer, a refusal too.
 */
export class Orders implements OrderTaker {
  readonly #options: OrdersOptions
  readonly #stopping = new AbortController()
  readonly #underWay = new Set<Promise<void>>()
  /** What ends the wait for each of them. */
  readonly #cuts = new Set<Deferred<never>>()
  #daemon: OrderedDaemon | undefined

  constructor(options: OrdersOptions) {
    this.#options = options
  }

  /** Who does it; before the first order. */
  serve(daemon: OrderedDaemon): void {
    this.#daemon = daemon
  }

  /** Begin orders, in their order; they go on side by side. */
  take(orders: readonly string[]): void {
    for (const text of orders) {
      const order = readOrder(text)
      if (order === undefined) {
        this.#options.logger.warn('an order came that cannot be read', { order: text.slice(0, 200) })
        continue
      }
      const running = this.#carryOut(order).finally(() => this.#underWay.delete(running))
      this.#underWay.add(running)
    }
  }

  async stop(): Promise<void> {
    const all = Promise.all(this.#underWay)
    const late = new AbortController()
    await Promise.race([all, delay(STOP_LIMIT_MS, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
    this.#stopping.abort()
    for (const cut of this.#cuts) cut.reject(refused('the daemon has ended before this was done'))
    await all
  }

  async #carryOut(order: OrderText): Promise<void> {
    const { redis, keys, name, logger } = this.#options
    const cut = deferred<never>()
    this.#cuts.add(cut)
    const sheet = new AnswerSheet({
      redis,
      keys,
      order: order.id,
      heading: () => ({ daemon: name, method: order.method, supervisor: this.#daemon?.supervisorId() ?? '' }),
      logger,
      signal: this.#stopping.signal,
    })
    try {
      const result = await Promise.race([this.#call(order, sheet), cut.promise])
      await sheet.end({ state: 'done', result: JSON.stringify(result) })
    } catch (thrown) {
      const { message, data } = faultOf(thrown)
      if (!(thrown instanceof RqdError)) {
        logger.error('an order failed inside', { method: order.method, error: coerceError(thrown).message })
      }
      await sheet.end({ state: 'failed', error: JSON.stringify({ code: data?.code ?? null, message }) })
    } finally {
      this.#cuts.delete(cut)
    }
  }

  #call({ method, params, by }: OrderText, sheet: AnswerSheet): Promise<unknown> {
    const { logger, clock, name } = this.#options
    const onProgress = (progress: unknown): void => sheet.progress(progress)
    const run = async (): Promise<unknown> => {
      const daemon = this.#daemon
      if (daemon === undefined) throw refused(`the daemon ${name} is still starting; try again when it is ready`)
      if (!isOrderMethod(method)) {
        const found = JSON.stringify(method.slice(0, 100))
        throw refused(`${found} cannot be ordered through Redis; there are ${orderMethods.join(', ')}`)
      }
      if (this.#underWay.size > MOST_UNDER_WAY) {
        throw refused(`the daemon ${name} has ${MOST_UNDER_WAY} orders under way; try again when one has ended`)
      }
      if (daemon.state() === 'stopping' && method !== 'status' && method !== 'shutdown') {
        throw refused(`${method} comes too late: the daemon ${name} is stopping`)
      }
      return daemon.handlers[method](params, { ...noConnection, onProgress, onRollout: onProgress })
    }
    if (isOrderMethod(method) && !daemonMethods[method].changes) return run()
    const says = { client: by, user: null, pid: null }
    const caller = { socket: 'redis', users: 'whoever may write to this Redis', says }
    return audited({ logger, clock }, { method, params }, () => caller, run)
  }
}

// No method that may be ordered is about the connection it came over.
const noConnection: Pick<CallContext, 'greet' | 'subscribe' | 'unsubscribe'> = {
  greet: unconnected,
  subscribe: unconnected,
  unsubscribe: unconnected,
}

function unconnected(): never {
  throw refused('this is about a connection, and an order has none')
}

function refused(text: string): RqdError {
  return new RqdError('RQD_ORDER_REFUSED', text)
}
