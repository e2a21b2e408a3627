import { RqdError } from './errors.js'

/** A span of time as users write it: integer seconds, or text such as '90', '5s', '3m', '1h', '2d'; -1 = never ends. */
export type Duration = number | string

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/**
 * Read a duration. `what` names it in the error.
 * @returns whole seconds; -1 for "never".
 * @throws RqdError RQD_BAD_DURATION
 */
export function parseDurationSec(duration: Duration, what: string): number {
  if (typeof duration === 'number') {
    if (Number.isSafeInteger(duration) && duration >= -1) return duration
  } else {
    const match = /^\s*(-1|\d{1,12})\s*([smhd]?)\s*$/i.exec(duration)
    const unit = match?.[2]?.toLowerCase() ?? ''
    if (match !== null && !(match[1] === '-1' && unit !== '')) {
      const seconds = Number(match[1]) * (unit === '' ? 1 : SECONDS[unit as keyof typeof SECONDS])
      // Redis refuses a larger TTL.
      if (Number.isSafeInteger(seconds)) return seconds
    }
  }
  throw new RqdError(
    'RQD_BAD_DURATION',
    `${what} is ${JSON.stringify(duration)}; expected whole seconds, text such as '90', '5s', '3m', '1h' or '2d', or -1 for never`,
  )
}
