/** The time formats of RQ (wire-format 0). Epoch times are in milliseconds here, with microseconds as fraction. */
import { MalformedJobError, UnrepresentableError } from '../errors.js'

const secondPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/

// Times that are read or written one after another mostly lie in one second: what was made of it last is kept.
let formatted = { second: NaN, text: '' }
let parsed = { text: '1970-01-01T00:00:00', ms: 0 }

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
  const second = Math.floor(wholeMs / 1000)
  if (second !== formatted.second) formatted = { second, text: new Date(second * 1000).toISOString().slice(0, 20) }
  const us = (wholeMs - second * 1000) * 1000 + (allUs % 1000)
  return `${formatted.text}${sixDigits(us)}Z`
}

/**
 * Epoch ms of a time as RQ writes it; one to six fraction digits, or none, are accepted as Python's reader does.
 * @param field whose value it is, for the error
 * @throws MalformedJobError
 */
export function parseIso(text: string, field = 'time'): number {
  const us = fractionUs(text)
  if (us !== undefined) {
    if (text.startsWith(parsed.text)) return parsed.ms + us / 1000
    const ms = parseSecond(text)
    if (ms !== undefined) {
      parsed = { text: text.slice(0, 19), ms }
      return ms + us / 1000
    }
  }
  throw new MalformedJobError(
    field,
    `field ${field}: found ${JSON.stringify(text.slice(0, 60))}, expected a UTC time such as 2026-11-23T08:31:26.251911Z`,
  )
}

/** Microseconds behind the second, which takes 19 characters; undefined where they are not followed by a Z. */
function fractionUs(text: string): number | undefined {
  const end = text.length - 1
  if (text.charCodeAt(end) !== 0x5a || end > 26) return undefined
  if (end === 19) return 0
  if (end < 21 || text.charCodeAt(19) !== 0x2e) return undefined
  let us = 0
  for (let i = 20; i < 26; i++) {
    const digit = i < end ? text.charCodeAt(i) - 0x30 : 0
    if (digit < 0 || digit > 9) return undefined
    us = us * 10 + digit
  }
  return us
}

function parseSecond(text: string): number | undefined {
  const match = secondPattern.exec(text)
  if (match === null) return undefined
  const [, year = 0, month = 0, day, hour = 0, minute, second] = match.map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  // A field out of its range would have moved the others.
  return year !== 0 && date.toISOString().startsWith(text.slice(0, 19)) ? date.getTime() : undefined
}

/** Epoch seconds as Python prints a float: `1795422826.553719`, up to six decimals, `.0` if whole. */
export function formatEpochSec(epochMs: number): string {
  const allUs = Math.round(epochMs * 1000)
  const size = Math.abs(allUs)
  const us = size % 1_000_000
  return `${allUs < 0 ? '-' : ''}${(size - us) / 1_000_000}.${us === 0 ? '0' : withoutEndZeros(sixDigits(us))}`
}

/** A whole number below a million, with leading zeros. */
function sixDigits(value: number): string {
  return String(1_000_000 + value).slice(1)
}

function withoutEndZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1
  return digits.slice(0, end)
}
