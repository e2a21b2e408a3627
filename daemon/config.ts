import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type * as zod from 'zod'
import { requirePackage } from '../src/require.js'
import { parseDurationSec } from '../src/duration.js'
import { RqdError, coerceError } from '../src/errors.js'
import { defaultSettlePolicy } from '../src/job/settle.js'
import { checkQueueName } from '../src/queue-name.js'
import { DEFAULT_PREFIX } from '../src/redis/keys.js'
import { rqDefaults } from '../src/rq-defaults.js'

const { z } = requirePackage('zod') as typeof zod

const queueName = z.string().superRefine((name, context) => {
  try {
    checkQueueName(name)
  } catch (thrown) {
    context.addIssue({ code: 'custom', message: coerceError(thrown).message })
  }
})

const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  try {
    return parseDurationSec(value, 'it')
  } catch {
    context.addIssue({ code: 'custom', message: "expected seconds, '5m', '1h', '2d', or -1 for ever" })
    return z.NEVER
  }
})

/** Every option of the daemon, with its default. The command line, and nothing else, overrides it so far. */
const schema = z.strictObject({
  queues: z.array(queueName).min(1).default(['default']),
  url: z.string().default('redis://localhost:6379/0'),
  prefix: z
    .string()
    .regex(/^[^\s]+$/, 'a prefix has no blanks')
    .default(DEFAULT_PREFIX),
  /** Folders from which functions are loaded. */
  path: z
    .array(z.string())
    .min(1)
    .default(['.'])
    .transform((paths) => paths.map((path) => resolve(path))),
  executors: z.coerce.number().int().min(1).max(1_000).default(availableParallelism),
  /** Jobs that each executor may run at a time: more than one helps asynchronous functions. */
  concurrency: z.coerce.number().int().min(1).max(1_000).default(1),
  /** Executors kept warm beside them, to take over at once from one that dies. */
  spares: z.coerce.number().int().min(0).max(100).default(1),
  name: z
    .string()
    .regex(/^[!-~]+$/, 'a name is printable ASCII without blanks')
    .optional(),
  burst: z.boolean().default(false),
  /** Put scheduled jobs on their queues when they are due. */
  scheduler: z.boolean().default(true),
  socket: z.string().optional(),
  resultsTtl: duration.default(rqDefaults.resultTtlSec),
  /** How long other daemons wait for a sign of life before they take over this one's jobs. */
  leaseSec: z.coerce.number().min(1).max(3_600).default(10),
  /** Limit of V8's heap in each executor, MiB; Node's own by default. */
  executorHeapMb: z.coerce.number().int().min(16).optional(),
  /** Executors that a job may end before it is failed, whatever retries it has left. */
  maxDeaths: z.coerce.number().int().min(1).default(defaultSettlePolicy.maxDeaths),
  /** Functions to be called with the job and its error when one fails, in this order. */
  exceptionHandlers: z.array(z.string()).default([]),
  /** False: a job that fails gets that status, and no result nor place among the failed jobs. */
  defaultExceptionHandler: z.boolean().default(true),
  /** Module of functions to be called around jobs and the life of executors. */
  hooks: z.string().optional(),
  workerClass: z.string().optional(),
  jobClass: z.string().optional(),
  queueClass: z.string().optional(),
  connectionClass: z.string().optional(),
  deathPenaltyClass: z.string().optional(),
  /** Report jobs that fail to Sentry. */
  sentryDsn: z.string().optional(),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  logFormat: z.enum(['text', 'json']).default('text'),
})

export type Config = Readonly<zod.output<typeof schema>>
export type ConfigInput = zod.input<typeof schema>

/**
 * Validate options as a whole, fill in the defaults and freeze.
 * @throws RqdError RQD_BAD_OPTION naming the option, what was found and what was expected.
 */
export function makeConfig(input: ConfigInput): Config {
  const result = schema.safeParse(input)
  if (result.success) return Object.freeze(result.data)
  const [issue] = result.error.issues
  const [option, ...rest] = issue?.path ?? []
  const found = option === undefined ? input : (input as Record<string, unknown>)[String(option)]
  const where =
    rest.length === 0
      ? String(option)
      : `${String(option)} (entry ${rest
          .map(Number)
          .map((i) => i + 1)
          .join('.')})`
  throw new RqdError('RQD_BAD_OPTION', `${where} is ${JSON.stringify(found)}: ${issue?.message ?? 'it is not valid'}`)
}
