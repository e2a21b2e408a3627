import { type DaemonEvent, type EventFilter, passes } from '../events/event.js'
import type { EventHub } from '../events/hub.js'

export interface SubscriptionOptions {
  /** Whether the other side reads fast enough to take another one. */
  readonly hasRoom: () => boolean
  readonly send: (event: DaemonEvent) => void
}

/** The events that one connection is told. Those for which it has no room are dropped and counted. */
export class Subscription {
  readonly #options: SubscriptionOptions
  #end: (() => void) | undefined
  #missed = 0

  constructor(options: SubscriptionOptions) {
    this.#options = options
  }

  /** Be told of what happens there and passes this filter, from now on. @returns the number of the last event so far. */
  begin(filter: EventFilter, hub: EventHub): number {
    this.end()
    this.#end = hub.listen((event) => {
      if (passes(filter, event)) this.#tell(event)
    })
    return hub.seq
  }

  /** @returns whether it was subscribed until now. */
  end(): boolean {
    const was = this.#end !== undefined
    this.#end?.()
    this.#end = undefined
    this.#missed = 0
    return was
  }

  #tell(event: DaemonEvent): void {
    const { hasRoom, send } = this.#options
    if (!hasRoom()) {
      this.#missed += 1
      return
    }
    send(this.#missed === 0 ? event : { ...event, missed: this.#missed })
    this.#missed = 0
  }
}
