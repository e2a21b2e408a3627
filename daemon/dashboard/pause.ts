import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after so many milliseconds, or as soon as the signal is aborted. Tests give one of their own. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>

/** By the timers of this process, which they do not keep alive. */
export const pause: Pause = async (ms, signal) => {
  await delay(ms, undefined, { signal, ref: false }).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
}
