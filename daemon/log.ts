import type * as winston from 'winston'
import type { LogFields, Logger } from '../src/logger.js'
import { requirePackage } from '../src/require.js'
import type { Entry } from './log/log-format.js'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** The daemon's logger. */
export interface DaemonLogger extends Logger {
  /** Hand the lines to winston from here on. Loading it takes time that a start has better uses for. */
  open(): void
  /** Write lines of this level and above from now on. */
  setLevel(level: LogLevel): void
}

/** A logger on stderr (its lines as `toLine` makes them), so that stdout stays for what the jobs print. Until it is opened, it writes the same lines itself. */
export function createLogger(
  initialLevel: LogLevel,
  toLine: (entry: Entry) => string,
  stream: NodeJS.WritableStream,
): DaemonLogger {
  let level = initialLevel
  let opened: winston.Logger | undefined
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
    opened = logger
    write = (entry) => void logger.log(entry)
  }
  const setLevel = (to: LogLevel): void => {
    level = to
    if (opened !== undefined) opened.level = to
  }
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug'), open, setLevel }
}

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** True if a logger of `level` writes lines of level `at`. */
export function writes(level: LogLevel, at: LogLevel): boolean {
  return levels.indexOf(at) <= levels.indexOf(level)
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
