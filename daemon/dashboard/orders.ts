import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/clock.js'
import type { OrderAnswer } from '../../src/fleet/orders.js'
import type { DataCaller } from '../data/caller.js'
import type { OrderMethod } from '../data/order-methods.js'

/** How long whoever orders something waits for its answer; then the page shows how far it is. */
const PATIENCE_MS = 3_000
const LOOK_EVERY_MS = 100
/** Orders that are remembered, and how long after their end. */
const MOST_ORDERS = 50
const REMEMBER_MS = 60_000

/** What is ordered of whom. */
export interface WantedOrder {
  /** Id of the daemon's lease. */
  readonly supervisor: string
  readonly method: OrderMethod
  readonly params: Readonly<Record<string, unknown>>
  /** Who orders it. */
  readonly by: string
}

/** An order, as it stands. */
export interface OrderLook extends WantedOrder {
  readonly id: string
  /** Name of the daemon. */
  readonly daemon: string
  readonly answer: OrderAnswer
  /** Nothing more comes of it. */
  readonly ended: boolean
}

interface Known extends OrderLook {
  readonly endedMonoMs: number
}

/** Orders that were given to daemons from this dashboard, with what has become of them. */
export class Orders {
  readonly #data: DataCaller
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(data: DataCaller, clock: Clock) {
    this.#data = data
    this.#clock = clock
  }

  /** Whether something may come of one yet. */
  get areUnderWay(): boolean {
    return [...this.#known.values()].some(({ ended }) => !ended)
  }

  /**
   * Give an order, and wait some seconds for its end.
   * @throws RqdError RQD_NO_SUCH_DAEMON, RQD_ORDER_REFUSED, RQD_REDIS
   */
  async give(wanted: WantedOrder): Promise<OrderLook> {
    const { supervisor, method, params, by } = wanted
    const given = await this.#data.call('daemon.order', { daemon: supervisor, method, params, by: by.slice(0, 200) })
    const untilMonoMs = this.#clock.monoMs() + PATIENCE_MS
    for (;;) {
      const look = await this.#look({ ...wanted, id: given.order, daemon: given.daemon })
      if (look.ended || this.#clock.monoMs() >= untilMonoMs) return look
      await delay(LOOK_EVERY_MS)
    }
  }

  /** How they stand now, the newest first. @throws RqdError RQD_REDIS */
  async snapshot(): Promise<readonly OrderLook[]> {
    const nowMonoMs = this.#clock.monoMs()
    for (const [id, { ended, endedMonoMs }] of this.#known) {
      if (ended && nowMonoMs - endedMonoMs > REMEMBER_MS) this.#known.delete(id)
    }
    await Promise.all([...this.#known.values()].filter(({ ended }) => !ended).map((known) => this.#look(known)))
    return [...this.#known.values()].reverse()
  }

  async #look(order: WantedOrder & Pick<OrderLook, 'id' | 'daemon'>): Promise<OrderLook> {
    const answer = await this.#data.call('daemon.answer', { order: order.id })
    const ended = answer.state !== 'waiting' && answer.state !== 'taken'
    const known: Known = { ...order, answer, ended, endedMonoMs: this.#clock.monoMs() }
    this.#known.set(order.id, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_ORDERS && oldest !== undefined) this.#known.delete(oldest)
    return known
  }
}
