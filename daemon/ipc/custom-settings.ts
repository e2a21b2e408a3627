import { asFields, text, textOrNil, texts } from './fields.js'

/** What the operator adds to executors, all by name: see docs/customizing.md. */
export interface CustomSettings {
  /** Functions, in the order in which they are called. */
  exceptionHandlers: string[]
  /** A module. */
  hooks: string | null
  workerClass: string | null
  jobClass: string | null
  queueClass: string | null
  connectionClass: string | null
  deathPenaltyClass: string | null
  /** Where Redis is, for the connection of the worker, as JSON: a URL, or an object that says how to ask Sentinel. */
  redis: string
  /** Of all keys. */
  prefix: string
  sentryDsn: string | null
}

/** @throws RqdError RQD_PROTOCOL */
export function parseCustomSettings(value: unknown): CustomSettings {
  const fields = asFields(value, 'hello', 'custom')
  return {
    exceptionHandlers: texts(fields, 'hello', 'exceptionHandlers'),
    hooks: textOrNil(fields, 'hello', 'hooks'),
    workerClass: textOrNil(fields, 'hello', 'workerClass'),
    jobClass: textOrNil(fields, 'hello', 'jobClass'),
    queueClass: textOrNil(fields, 'hello', 'queueClass'),
    connectionClass: textOrNil(fields, 'hello', 'connectionClass'),
    deathPenaltyClass: textOrNil(fields, 'hello', 'deathPenaltyClass'),
    redis: text(fields, 'hello', 'redis'),
    prefix: text(fields, 'hello', 'prefix'),
    sentryDsn: textOrNil(fields, 'hello', 'sentryDsn'),
  }
}
