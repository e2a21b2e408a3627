/**
 * Python's format strings for log lines, such as RQ's own `%(asctime)s %(message)s`: the fields that mean something
 * here, with flags, width and precision.
 */
import { RqdError } from '../../src/errors.js'
import { didYouMean } from '../control/spelling.js'
import type { LogLevel } from '../log.js'
import { formatDate } from './date-format.js'

/** What a line is made from. `message` is the sentence with its fields. */
export interface Line {
  readonly date: Date
  readonly level: LogLevel
  readonly message: string
}

/** Where lines come from. */
export interface LineSource {
  readonly dateFormat: string
  readonly pid: number
}

type Value = (line: Line, source: LineSource) => string | number

const levels = {
  error: ['ERROR', 40],
  warn: ['WARNING', 30],
  info: ['INFO', 20],
  debug: ['DEBUG', 10],
} as const

/** Every field that a format may have. */
const fields: Readonly<Record<string, Value>> = {
  asctime: ({ date }, { dateFormat }) => formatDate(dateFormat, date),
  created: ({ date }) => date.getTime() / 1000,
  levelname: ({ level }) => levels[level][0],
  levelno: ({ level }) => levels[level][1],
  message: ({ message }) => message,
  msecs: ({ date }) => date.getMilliseconds(),
  name: () => 'rqd',
  process: (_, { pid }) => pid,
}

export const formatFields: readonly string[] = Object.keys(fields)

const piece = /%(?:\((\w+)\)([-0]*)(\d{1,3})?(?:\.(\d{1,2}))?([sdf])|(%)|(.{0,20}))/gs

/**
 * Make a function that writes lines in a format.
 * @throws RqdError RQD_BAD_OPTION naming a field that is not known, or a "%" that begins none.
 */
export function compileFormat(format: string): (line: Line, source: LineSource) => string {
  const parts: (string | Value)[] = []
  let end = 0
  for (const match of format.matchAll(piece)) {
    parts.push(format.slice(end, match.index))
    end = match.index + match[0].length
    const [, name, flags = '', width = '0', precision, type = 's', percent, other] = match
    if (percent !== undefined) parts.push('%')
    else if (name === undefined) throw badPiece(`%${other ?? ''}`)
    else parts.push(cell(readField(name), flags, Number(width), precision, type))
  }
  parts.push(format.slice(end))
  return (line, source) => parts.map((part) => (typeof part === 'string' ? part : part(line, source))).join('')
}

function readField(name: string): Value {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field !== undefined) return field
  const known = `expected one of ${formatFields.join(', ')}`
  throw new RqdError(
    'RQD_BAD_OPTION',
    `%(${name})s is no field of a log line; ${known}${didYouMean(name, formatFields)}`,
  )
}

function cell(value: Value, flags: string, width: number, precision: string | undefined, type: string): Value {
  return (line, source) => {
    const text = convert(value(line, source), precision, type)
    if (flags.includes('-')) return text.padEnd(width)
    return text.padStart(width, flags.includes('0') && type !== 's' ? '0' : ' ')
  }
}

function convert(value: string | number, precision: string | undefined, type: string): string {
  if (type === 's' || typeof value === 'string') {
    return precision === undefined ? String(value) : String(value).slice(0, Number(precision))
  }
  return type === 'd' ? String(Math.trunc(value)) : value.toFixed(precision === undefined ? 6 : Number(precision))
}

function badPiece(found: string): RqdError {
  const text = `${JSON.stringify(found)} is no field; expected %(message)s and the like, and %% for a percent sign`
  return new RqdError('RQD_BAD_OPTION', text)
}
