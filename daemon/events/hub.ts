import type { Clock } from '../../src/clock.js'
import { type DaemonEvent, type EventFilter, type EventType, passes } from './event.js'

/** Events that are kept for those who come later. */
const KEPT = 100

export type EventListener = (event: DaemonEvent) => void

/** Where events of the daemon come together, and from where they go to whoever listens. */
export class EventHub {
  readonly #clock: Pick<Clock, 'epochMs'>
  readonly #listeners = new Set<EventListener>()
  readonly #recent: DaemonEvent[] = []
  #seq = 0

  constructor(clock: Pick<Clock, 'epochMs'>) {
    this.#clock = clock
  }

  /** Whether anybody listens. Frequent events are not worth making otherwise. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Number of the last event. */
  get seq(): number {
    return this.#seq
  }

  /** Something has happened. `keep`: those who come later are to see it too. */
  publish(type: EventType, fields: Readonly<Record<string, unknown>> = {}, keep = true): void {
    const time = new Date(this.#clock.epochMs()).toISOString()
    const event: DaemonEvent = { seq: ++this.#seq, time, type, ...fields }
    if (keep) {
      this.#recent.push(event)
      if (this.#recent.length > KEPT) this.#recent.shift()
    }
    for (const listener of this.#listeners) listener(event)
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
}
