import { setTimeout as delay } from 'node:timers/promises'

/**
 * Poll until `probe` gives something other than undefined, null or false, and return it.
 * @throws Error naming `what` when `boundMs` has passed.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  boundMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + boundMs
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== null && value !== false) return value
    if (performance.now() > deadline) throw new Error(`waited ${boundMs} ms in vain for ${what}`)
    await delay(10)
  }
}
