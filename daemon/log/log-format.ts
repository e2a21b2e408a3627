import { RqdError } from '../../src/errors.js'
import type { LogFields } from '../../src/logger.js'
import { didYouMean } from '../control/spelling.js'
import type { LogLevel } from '../log.js'
import { printable } from '../printable.js'
import { DEFAULT_DATE_FORMAT, formatDate } from './date-format.js'
import { compileFormat } from './python-format.js'

/** One thing to log. `timestamp`: ISO 8601. */
export interface Entry {
  readonly timestamp: string
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** How log lines look. */
export interface LineStyle {
  /** `text`, `json`, `journald`, or a format string of Python. */
  readonly format: string
  /** For the time in `text` and Python's formats; undefined: ISO 8601 there, RQ's `%H:%M:%S` here. */
  readonly dateFormat: string | undefined
  readonly pid: number
}

/** Most characters of a value in a line: what others have written may be of any size. */
const MAX_VALUE = 2_000

const names = ['auto', 'text', 'json', 'journald']

/** @throws RqdError RQD_BAD_OPTION if it is neither one of our formats nor one of Python's. */
export function checkLogFormat(format: string): void {
  if (names.includes(format)) return
  if (format.includes('%')) {
    compileFormat(format)
    return
  }
  const expected = `expected ${names.join(', ')}, or a format of Python such as "%(asctime)s %(message)s"`
  throw new RqdError('RQD_BAD_OPTION', `${expected}${didYouMean(format, names)}`)
}

/** What writes an entry as one line, without its end. */
export function lineMaker({ format, dateFormat, pid }: LineStyle): (entry: Entry) => string {
  switch (format) {
    case 'json':
      return ({ timestamp, level, message, fields }) =>
        escaped({ fields: shortened(fields), level, message, timestamp })
    case 'journald':
      return (entry) => `<${priorities[entry.level]}>${sentence(entry)}`
    case 'text':
      return (entry) => {
        const time = dateFormat === undefined ? entry.timestamp : formatDate(dateFormat, new Date(entry.timestamp))
        return `${time} ${entry.level.toUpperCase().padEnd(5)} ${sentence(entry)}`
      }
    default: {
      const write = compileFormat(format)
      const source = { dateFormat: dateFormat ?? DEFAULT_DATE_FORMAT, pid }
      return (entry) => write({ date: new Date(entry.timestamp), level: entry.level, message: sentence(entry) }, source)
    }
  }
}

/** As syslog numbers them, which systemd reads at the beginning of a line (sd-daemon(3)). */
const priorities = { error: 3, warn: 4, info: 6, debug: 7 } as const

function sentence({ message, fields }: Entry): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${quote(value ?? '')}`)
  const said = printable(message)
  return shown.length === 0 ? said : `${said}  ${shown.join(' ')}`
}

// A value with blanks, quotes or control characters is quoted, so that a line stays one line.
function quote(value: string | number | boolean): string {
  const text = String(value)
  if (/^[^\s"=\p{Cc}\u202a-\u202e\u2066-\u2069]+$/u.test(text)) return shorten(text)
  return escaped(shorten(text))
}

/** JSON that brings nothing to a terminal: JSON itself lets some control characters and turns of direction pass. */
function escaped(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function shortened(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? shorten(value) : value]),
  )
}

function shorten(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}… (${text.length} characters)`
}
