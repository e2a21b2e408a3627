/** Fields of a log line: plain values only, so that every format can print them. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** What a part of rqd needs of a logger: a fixed sentence plus fields. */
export interface Logger {
  /** Something is lost or needs somebody. */
  error(sentence: string, fields?: LogFields): void
  /** Something is wrong, and is dealt with. */
  warn(sentence: string, fields?: LogFields): void
  /** What an operator wants to know. */
  info(sentence: string, fields?: LogFields): void
  /** What helps to find a fault. */
  debug(sentence: string, fields?: LogFields): void
}

/** A logger that says nothing: the library's default. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
