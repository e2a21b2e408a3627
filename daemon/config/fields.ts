/** The kinds of values that options have. Each says in its own words what it expects, to end an error with. */
import type * as zod from 'zod'
import { coerceError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import { checkRedisUrl } from '../../src/redis/url.js'
import { checkDateFormat } from '../log/date-format.js'
import { checkLogFormat } from '../log/log-format.js'
import type { LogLevel } from '../log.js'
import { parseHttpAddress } from '../http/address.js'

const { z } = requirePackage('zod') as typeof zod

/** A number, or a text that is one. */
export function number(bounds: { min: number; max?: number; whole?: boolean }) {
  const { min, max = Number.MAX_SAFE_INTEGER, whole = false } = bounds
  const range = bounds.max === undefined ? `${min} or more` : `from ${min} to ${max}`
  const expected = `expected a ${whole ? 'whole ' : ''}number, ${range}`
  return z.union([z.number(), z.string()], { error: expected }).transform((given, context) => {
    const value = typeof given === 'number' ? given : /^\s*-?\d+(\.\d+)?\s*$/.test(given) ? Number(given) : NaN
    if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value
    context.addIssue({ code: 'custom', message: expected })
    return z.NEVER
  })
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((text): [string, boolean] => [text, true]),
  ...['false', 'no', 'off', '0'].map((text): [string, boolean] => [text, false]),
])

/** True or false, or a text that means it. */
export function flag() {
  const expected = 'expected true or false'
  return z.union([z.boolean(), z.string()], { error: expected }).transform((given, context) => {
    const value = typeof given === 'boolean' ? given : truths.get(given.toLowerCase())
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: expected })
    return z.NEVER
  })
}

/** A list of `item`, or one text in which `separator` divides them. */
export function list<T extends zod.ZodType<string>>(item: T, separator: RegExp, what: string) {
  return z.preprocess(
    (given) => (typeof given === 'string' ? given.split(separator).filter((each) => each !== '') : given),
    z.array(item, { error: `expected a list of ${what}` }).min(1, `expected at least one of the ${what}`),
  )
}

/** A text that `check` does not throw for. */
export function checked(check: (text: string) => unknown, what: string) {
  return z.string({ error: `expected ${what}` }).superRefine((text, context) => {
    try {
      check(text)
    } catch (thrown) {
      context.addIssue({ code: 'custom', message: coerceError(thrown).message })
    }
  })
}

/** Where Redis is. */
export const redisUrl = checked(
  checkRedisUrl,
  'a URL: redis://host:port/db, rediss://…, redis+sentinel://host:port,host:port/master/db, redis+cluster://host:port,host:port or unix:///path/to.sock?db=n',
)

/** What whoever has it may see of the HTTP listener. */
export const httpToken = z.string({ error: 'expected a token' }).min(16, 'expected a token of at least 16 characters')

/** What visitors of the HTTP listener may do. */
export const httpAccess = z.enum(['nothing', 'view', 'operate'], { error: 'expected nothing, view or operate' })

/** Where HTTP is served. */
export const httpAddress = checked(parseHttpAddress, 'an address such as 127.0.0.1:9181 or unix:/path/of/a.sock')

const levels: ReadonlyMap<string, LogLevel> = new Map([
  ['critical', 'error'],
  ['error', 'error'],
  ['warning', 'warn'],
  ['warn', 'warn'],
  ['info', 'info'],
  ['debug', 'debug'],
])

/** A level by our name or Python's. */
export const logLevel = z
  .string({ error: 'expected error, warn, info or debug' })
  .transform((given, context): LogLevel => {
    const level = levels.get(given.toLowerCase())
    if (level !== undefined) return level
    context.addIssue({ code: 'custom', message: "expected error, warn, info or debug, or RQ's CRITICAL, WARNING, …" })
    return z.NEVER
  })

export const logFormat = checked(checkLogFormat, 'auto, text, json, journald or a format of Python')
export const dateFormat = checked(checkDateFormat, 'a date format such as %H:%M:%S')

/** What RQ's `--serializer` may be here: jobs are recognised by their bytes, so it need only be one that we read. */
const serializers = ['json', 'pickle', 'rq.serializers.JSONSerializer', 'rq.serializers.DefaultSerializer'] as const
export const serializer = z.enum([...serializers, 'rq.serializers.PickleSerializer'], {
  error: `expected ${serializers.join(', ')}: jobs of both kinds are recognised by their bytes, others cannot be read`,
})

const instance = z.preprocess(
  (given) => {
    const match = typeof given === 'string' ? /^\[?(.+?)\]?:(\d+)$/.exec(given) : null
    return match === null ? given : [match[1], match[2]]
  },
  z.tuple([z.string().min(1), number({ min: 1, max: 65_535, whole: true })], {
    error: "expected 'host:port' or [host, port]",
  }),
)

/** Who may connect to a socket, in octal digits. A number is read by its digits, as files write it. */
export function socketMode() {
  const expected = 'expected 0600, 0660 or 0666, in octal digits'
  return z.union([z.number(), z.string()], { error: expected }).transform((given, context) => {
    const mode = /^0?(6[06]0|666)$/.exec(String(given))?.[1]
    if (mode !== undefined) return `0${mode}`
    context.addIssue({ code: 'custom', message: expected })
    return z.NEVER
  })
}

/** A group by name or number. */
export function socketGroup() {
  const expected = 'expected the name of a group, or its number'
  return z
    .union([z.int().nonnegative(), z.string().regex(/^[^\s:,]+$/, expected)], { error: expected })
    .transform((given) => String(given))
}

/** RQ's SENTINEL. */
export const sentinel = z.strictObject({
  instances: z
    .array(instance)
    .min(1)
    .default([['localhost', 26_379]]),
  masterName: z.string().min(1).default('mymaster'),
  socketTimeoutSec: number({ min: 0.001, max: 3_600 }).nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  sentinelUsername: z.string().nullish(),
  sentinelPassword: z.string().nullish(),
  db: number({ min: 0, whole: true }).default(0),
  ssl: flag().default(false),
  sentinelSsl: flag().nullish(),
  tls: z
    .strictObject({
      caCerts: z.string().optional(),
      certfile: z.string().optional(),
      keyfile: z.string().optional(),
      serverName: z.string().optional(),
    })
    .optional(),
})
