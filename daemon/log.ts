import type * as winston from 'winston'
import type { LogFields, Logger } from '../src/logger.js'
import { requirePackage } from '../src/require.js'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** How log lines look: for people, or one JSON object a line. */
export type LogFormat = 'text' | 'json'

/** The daemon's logger: winston, on stderr, so that stdout stays for what the jobs print. */
export function createLogger(level: LogLevel, format: LogFormat, stream: NodeJS.WritableStream): Logger {
  let logger: winston.Logger | undefined
  const log =
    (at: LogLevel) =>
    (sentence: string, fields: LogFields = {}): void => {
      if (!writes(level, at)) return
      // Made for the first line: a start has more urgent things to load.
      logger ??= openWinston(level, format, stream)
      logger.log(at, sentence, { fields })
    }
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') }
}

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** True if a logger of `level` writes lines of level `at`. */
export function writes(level: LogLevel, at: LogLevel): boolean {
  return levels.indexOf(at) <= levels.indexOf(level)
}

function openWinston(level: LogLevel, format: LogFormat, stream: NodeJS.WritableStream): winston.Logger {
  const { createLogger: create, transports, format: formats } = requirePackage('winston') as typeof winston
  return create({
    level,
    // Winston's own types do not agree that its stream transport is a transport.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [new transports.Stream({ stream })],
    format: formats.combine(formats.timestamp(), format === 'json' ? formats.json() : formats.printf(textLine)),
  })
}

function textLine(entry: winston.Logform.TransformableInfo): string {
  const fields = Object.entries((entry['fields'] ?? {}) as LogFields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${quote(value ?? '')}`)
  const head = `${String(entry['timestamp'])} ${entry.level.toUpperCase().padEnd(5)} ${String(entry.message)}`
  return fields.length === 0 ? head : `${head}  ${fields.join(' ')}`
}

// A value with blanks, quotes or control characters is quoted, so that a line stays one line.
function quote(value: string | number | boolean): string {
  const text = String(value)
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text)
}
