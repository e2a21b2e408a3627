import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { deferred, type Deferred } from '../deferred.js'
import { coerceError } from '../errors.js'
import type { EnqueueReply, Store } from './store.js'

/** Most jobs, and most bytes of them, that one call of the script writes: Redis serves nobody else meanwhile. */
export const MAX_CALL_JOBS = 200
export const MAX_CALL_BYTES = 1024 * 1024

/** Jobs of one caller. */
interface Parcel {
  readonly jobs: readonly Uint8Array[]
  /** Written in one call of their own, all or none. */
  readonly allOrNone: boolean
  readonly replies: Deferred<EnqueueReply[]>
}

/** By connection and by prefix. */
const outboxes = new WeakMap<Redis, Map<string, Outbox>>()

/** The one outbox of a connection and prefix: what different queues enqueue over it goes out together. */
export function outboxOf(store: Store): Outbox {
  const { redis, keys } = store
  let byPrefix = outboxes.get(redis)
  if (byPrefix === undefined) outboxes.set(redis, (byPrefix = new Map<string, Outbox>()))
  let outbox = byPrefix.get(keys.prefix)
  if (outbox === undefined) byPrefix.set(keys.prefix, (outbox = new Outbox(store)))
  return outbox
}

/**
 * Gathers the jobs that are enqueued in one turn of the event loop and sends them together, in the order in which they
 * came. Nobody waits for an earlier call's answer, and each caller gets the replies of its own jobs.
 */
export class Outbox {
  readonly #store: Store
  #waiting: Parcel[] = []
  #sending = false
  #scriptIsKnown = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Write packed jobs, no more than one call may hold. One reply per job. @throws RqdError RQD_REDIS */
  put(jobs: readonly Uint8Array[], allOrNone: boolean): Promise<EnqueueReply[]> {
    const replies = deferred<EnqueueReply[]>()
    this.#waiting.push({ jobs, allOrNone, replies })
    if (!this.#sending) void this.#send()
    return replies.promise
  }

  async #send(): Promise<void> {
    this.#sending = true
    // Let the jobs of this turn gather.
    await nextTurn()
    // A server that does not know the script is sent it with the second attempt, which later calls would overtake.
    let alone = !this.#scriptIsKnown
    while (this.#waiting.length > 0) {
      const { parcels, rest } = nextCall(this.#waiting)
      this.#waiting = rest
      const written = this.#write(parcels)
      if (!alone) continue
      this.#scriptIsKnown = await written
      alone = false
    }
    this.#sending = false
  }

  /** @returns whether Redis ran the script */
  async #write(parcels: readonly Parcel[]): Promise<boolean> {
    try {
      const jobs = parcels.flatMap((parcel) => parcel.jobs)
      const replies = await this.#store.enqueuePacked(jobs, parcels[0]?.allOrNone ?? false)
      let at = 0
      for (const parcel of parcels) parcel.replies.resolve(replies.slice(at, (at += parcel.jobs.length)))
      return true
    } catch (thrown) {
      for (const { replies } of parcels) replies.reject(coerceError(thrown))
      return false
    }
  }
}

/** What goes into the next call: one parcel that is all or none, or as many others as fit. */
function nextCall(waiting: Parcel[]): { parcels: Parcel[]; rest: Parcel[] } {
  let jobs = 0
  let bytes = 0
  let count = 0
  for (const parcel of waiting) {
    if (parcel.allOrNone && count > 0) break
    jobs += parcel.jobs.length
    bytes += parcel.jobs.reduce((sum, job) => sum + job.length, 0)
    if (count > 0 && (jobs > MAX_CALL_JOBS || bytes > MAX_CALL_BYTES)) break
    count += 1
    if (parcel.allOrNone) break
  }
  return { parcels: waiting.slice(0, count), rest: waiting.slice(count) }
}
