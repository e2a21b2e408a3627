/** Time as seen by a part of rqd. Given as an argument everywhere, so that tests choose it. */
export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. To store and to show; never to subtract. */
  epochMs(): number
  /** Monotonic time in milliseconds. To subtract; never to store. */
  monoMs(): number
}

/** The clocks of this host. Wall-clock values carry microseconds where the host has them. */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monoMs: () => performance.now(),
}
