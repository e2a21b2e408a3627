import type { Clock } from '../../src/clock.js'
import { type DaemonEvent, type EventFilter, type EventType, passes } from './event.js'

/** Events that are kept for those who come later. */
const KEPT = 100

export type EventListener = (event: DaemonEvent) => void

/**
 * Where events of the daemon come together, and from where they go to whoever listens. Each tenant has one of its own, whose
 * events come together in that of the daemon.
 */
export class EventHub {
  readonly #clock: Pick<Clock, 'epochMs'>
  readonly #above: { readonly hub: EventHub; readonly tenant: string } | undefined
  readonly #listeners = new Set<EventListener>()
  readonly #recent: DaemonEvent[] = []
  #seq = 0

  constructor(clock: Pick<Clock, 'epochMs'>, above?: { readonly hub: EventHub; readonly tenant: string }) {
    this.#clock = clock
    this.#above = above
  }

  /** The events about one tenant. Whoever listens here is told of them as well, with its name. */
  of(tenant: string): EventHub {
    return new EventHub(this.#clock, { hub: this, tenant })
  }

  /** Whether anybody listens. Frequent events are not worth making otherwise. */
  get isHeard(): boolean {
    return this.#listeners.size > 0 || this.#above?.hub.isHeard === true
  }

  /** Number of the last event of the daemon, whomever it was about. */
  get seq(): number {
    return this.#above?.hub.seq ?? this.#seq
  }

  /** Something has happened. `keep`: those who come later are to see it too. */
  publish(type: EventType, fields: Readonly<Record<string, unknown>> = {}, keep = true): void {
    this.#publish(type, fields, keep)
  }

  /** The last events that were kept, oldest first. */
  recent(filter: EventFilter): DaemonEvent[] {
    return this.#recent.filter((event) => passes(filter, event))
  }

  /** Be told of every event. @returns what ends that. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #publish(type: EventType, fields: Readonly<Record<string, unknown>>, keep: boolean): DaemonEvent {
    const event = this.#make(type, fields, keep)
    if (keep) {
      this.#recent.push(event)
      if (this.#recent.length > KEPT) this.#recent.shift()
    }
    for (const listener of this.#listeners) listener(event)
    return event
  }

  #make(type: EventType, fields: Readonly<Record<string, unknown>>, keep: boolean): DaemonEvent {
    const above = this.#above
    if (above !== undefined) return above.hub.#publish(type, { ...fields, tenant: above.tenant }, keep)
    return { seq: ++this.#seq, time: new Date(this.#clock.epochMs()).toISOString(), type, ...fields }
  }
}
