import type * as winston from 'winston'
import type { LogFields, Logger } from '../src/logger.js'
import { requirePackage } from '../src/require.js'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** How log lines look: for people, or one JSON object a line. */
export type LogFormat = 'text' | 'json'

/** The daemon's logger. */
export interface DaemonLogger extends Logger {
  /** Hand the lines to winston from here on. Loading it takes time that a start has better uses for. */
  open(): void
}

/** A logger on stderr, so that stdout stays for what the jobs print. Until it is opened, it writes the same lines itself. */
export function createLogger(level: LogLevel, format: LogFormat, stream: NodeJS.WritableStream): DaemonLogger {
  const toLine = format === 'json' ? jsonLine : textLine
  let write = (entry: Entry): void => {
    stream.write(`${toLine(entry)}\n`)
  }
  const log =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (writes(level, at)) write({ timestamp: new Date().toISOString(), level: at, message, fields })
    }
  const open = (): void => {
    const logger = openWinston(level, toLine, stream)
    write = (entry) => void logger.log(entry)
  }
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug'), open }
}

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** True if a logger of `level` writes lines of level `at`. */
export function writes(level: LogLevel, at: LogLevel): boolean {
  return levels.indexOf(at) <= levels.indexOf(level)
}

interface Entry {
  readonly timestamp: string
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

function openWinston(level: LogLevel, toLine: (entry: Entry) => string, stream: NodeJS.WritableStream): winston.Logger {
  const { createLogger: create, transports, format } = requirePackage('winston') as typeof winston
  return create({
    level,
    // Winston's own types do not agree that its stream transport is a transport.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [new transports.Stream({ stream })],
    format: format.printf((entry) => toLine(entry as unknown as Entry)),
  })
}

function jsonLine({ timestamp, level, message, fields }: Entry): string {
  return JSON.stringify({ fields, level, message, timestamp })
}

function textLine({ timestamp, level, message, fields }: Entry): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${quote(value ?? '')}`)
  const head = `${timestamp} ${level.toUpperCase().padEnd(5)} ${message}`
  return shown.length === 0 ? head : `${head}  ${shown.join(' ')}`
}

// A value with blanks, quotes or control characters is quoted, so that a line stays one line.
function quote(value: string | number | boolean): string {
  const text = String(value)
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text)
}
