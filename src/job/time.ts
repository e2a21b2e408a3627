/** The time formats of RQ (wire-format 0). Epoch times are in milliseconds here, with microseconds as fraction. */
import { MalformedJobError, UnrepresentableError } from '../errors.js'

const isoPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/

/**
 * `2026-11-23T08:31:26.251911Z`: UTC, always six fraction digits, literal Z.
 * @throws UnrepresentableError for years outside 1 to 9999, which Python cannot read
 */
export function formatIso(epochMs: number): string {
  if (epochMs !== last.epochMs) last = { epochMs, text: isoText(epochMs) }
  return last.text
}

/** The time that was asked for last: many jobs are made in one millisecond. */
let last = { epochMs: NaN, text: '' }

function isoText(epochMs: number): string {
  const allUs = Math.round((epochMs - Math.floor(epochMs)) * 1000)
  const wholeMs = Math.floor(epochMs) + (allUs === 1000 ? 1 : 0)
  if (!(wholeMs >= -62_135_596_800_000 && wholeMs <= 253_402_300_799_999)) {
    throw new UnrepresentableError(`no time stamp: ${epochMs} ms is not within the years 1 to 9999`)
  }
  const us = allUs % 1000
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${us < 10 ? '00' : us < 100 ? '0' : ''}${us}Z`
}

/**
 * Epoch ms of a time as RQ writes it; one to six fraction digits, or none, are accepted as Python's reader does.
 * @param field whose value it is, for the error
 * @throws MalformedJobError
 */
export function parseIso(text: string, field = 'time'): number {
  const match = isoPattern.exec(text)
  if (match !== null) {
    const [, year, month, day, hour, minute, second, fraction] = match.map(Number) as [number, ...number[]]
    const digits = match[7]?.length ?? 0
    const date = new Date(0)
    date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day)
    date.setUTCHours(hour ?? 0, minute, second)
    const ms = date.getTime()
    // A field out of its range would have moved the others.
    if (year !== 0 && date.toISOString().startsWith(text.slice(0, 19))) {
      return digits === 0 ? ms : ms + ((fraction ?? 0) * 10 ** (6 - digits)) / 1000
    }
  }
  throw new MalformedJobError(
    field,
    `field ${field}: found ${JSON.stringify(text.slice(0, 60))}, expected a UTC time such as 2026-11-23T08:31:26.251911Z`,
  )
}

/** Epoch seconds as Python prints a float: `1795422826.553719`, up to six decimals, `.0` if whole. */
export function formatEpochSec(epochMs: number): string {
  const allUs = Math.round(epochMs * 1000)
  const size = Math.abs(allUs)
  const us = size % 1_000_000
  const fraction = us === 0 ? '0' : String(us).padStart(6, '0').replace(/0+$/, '')
  return `${allUs < 0 ? '-' : ''}${(size - us) / 1_000_000}.${fraction}`
}
