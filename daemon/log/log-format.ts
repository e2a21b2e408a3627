import { RqdError } from '../../src/errors.js'
import type { LogFields } from '../../src/logger.js'
import { didYouMean } from '../control/spelling.js'
import type { LogLevel } from '../log.js'
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
      return ({ timestamp, level, message, fields }) => JSON.stringify({ fields, level, message, timestamp })
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
  return shown.length === 0 ? message : `${message}  ${shown.join(' ')}`
}

// A value with blanks, quotes or control characters is quoted, so that a line stays one line.
function quote(value: string | number | boolean): string {
  const text = String(value)
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text)
}
