/** So often a webhook is tried: over about forty minutes. */
export const MOST_ATTEMPTS = 8

const LONGEST_MS = 3_600_000

/**
 * How long to wait after so many attempts, milliseconds: three times longer each time, with a fifth of jitter either way.
 * @param unit from 0 to 1, at random
 */
export function backoffMs(attempts: number, baseMs: number, unit: number): number {
  return Math.min(LONGEST_MS, baseMs * 3 ** (attempts - 1)) * (0.8 + 0.4 * unit)
}
