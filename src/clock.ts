/** Time as seen by a part of rqd. Given as an argument everywhere, so that tests choose it. */
export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. To store and to show; never to subtract. */
  epochMs(): number
  /** Monotonic time in milliseconds. To subtract; never to store. */
  monoMs(): number
  /**
   * How much a test has moved it ahead of the clocks of hosts and Redis, milliseconds. Absent: not at all. What is due by
   * it is so much earlier for Redis.
   */
  readonly aheadMs?: number
}

/** How often the fine clock is set by the wall clock, which may be put right at any time. */
const SET_EVERY_MS = 500

let set = { epochMs: 0, monoMs: -Infinity }

/**
 * The clocks of this host. The wall clock itself gives whole milliseconds, too coarse for short jobs: in between it is
 * carried on by the monotonic one, to microseconds.
 */
export const systemClock: Clock = {
  epochMs: () => {
    const monoMs = performance.now()
    if (monoMs - set.monoMs > SET_EVERY_MS) set = { epochMs: Date.now(), monoMs }
    return set.epochMs + Math.round((monoMs - set.monoMs) * 1000) / 1000
  },
  monoMs: () => performance.now(),
}
