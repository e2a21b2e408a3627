import type { LogFields, Logger } from '../../src/logger.js'

/** A logger that keeps what it is told: `level sentence` lines, and the fields beside them. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = []
  readonly fields: (LogFields | undefined)[] = []

  error(sentence: string, fields?: LogFields): void {
    this.#add('error', sentence, fields)
  }
  warn(sentence: string, fields?: LogFields): void {
    this.#add('warn', sentence, fields)
  }
  info(sentence: string, fields?: LogFields): void {
    this.#add('info', sentence, fields)
  }
  debug(sentence: string, fields?: LogFields): void {
    this.#add('debug', sentence, fields)
  }

  /** How often this line was written. */
  count(line: string): number {
    return this.lines.filter((one) => one === line).length
  }

  #add(level: string, sentence: string, fields: LogFields | undefined): void {
    this.lines.push(`${level} ${sentence}`)
    this.fields.push(fields)
  }
}
