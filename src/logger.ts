/** Fields of a log line: plain values only, so that every format can print them. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** What a part of rqd needs of a logger: a fixed sentence plus fields. */
export interface Logger {
  error(sentence: string, fields?: LogFields): void
  warn(sentence: string, fields?: LogFields): void
  info(sentence: string, fields?: LogFields): void
  debug(sentence: string, fields?: LogFields): void
}

/** A logger that says nothing: the library's default. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
