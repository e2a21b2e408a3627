import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type * as zod from 'zod'
import { requirePackage } from '../src/require.js'
import { parseDurationSec } from '../src/duration.js'
import { RqdError, coerceError } from '../src/errors.js'
import { defaultSettlePolicy } from '../src/job/settle.js'
import { checkQueueName } from '../src/queue-name.js'
import type { DequeueStrategy } from '../src/worker/queue-order.js'
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
  /** Modules that executors load before they take jobs. */
  preload: z.array(z.string().min(1)).default([]),
  executors: z.coerce.number().int().min(1).max(1_000).default(availableParallelism),
  /** Jobs that each executor may run at a time: more than one helps asynchronous functions. */
  concurrency: z.coerce.number().int().min(1).max(1_000).default(1),
  /** Executors kept warm beside them, to take over at once from one that dies. */
  spares: z.coerce.number().int().min(0).max(100).default(1),
  /** An executor is replaced after so many jobs, at so large a resident set, after so long; each within ±10 %. */
  recycleJobs: z.coerce.number().int().min(1).optional(),
  recycleRssMb: z.coerce.number().int().min(1).optional(),
  recycleAgeSec: duration.optional(),
  /** A process of its own for each job. */
  fresh: z.boolean().default(false),
  name: z
    .string()
    .regex(/^[!-~]+$/, 'a name is printable ASCII without blanks')
    .optional(),
  burst: z.boolean().default(false),
  /** End after so many jobs, or after so long without any. */
  maxJobs: z.coerce.number().int().min(1).optional(),
  maxIdleTime: duration.optional(),
  /** In which order claims look at the queues; `weights` for `weighted`, 1 where a queue has none. */
  dequeueStrategy: z.enum(['default', 'round-robin', 'random', 'weighted']).default('default'),
  weights: z.record(queueName, z.coerce.number().positive()).default({}),
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
  if (result.success) {
    checkTogether(result.data)
    return Object.freeze(result.data)
  }
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

interface Together {
  readonly queues: readonly string[]
  readonly dequeueStrategy: DequeueStrategy
  readonly weights: Readonly<Record<string, number>>
  readonly fresh: boolean
  readonly concurrency: number
}

/** Options that fit or do not fit each other. @throws RqdError RQD_BAD_OPTION */
function checkTogether({ queues, dequeueStrategy, weights, fresh, concurrency }: Together): void {
  const weighted = Object.keys(weights)
  const stranger = weighted.find((queue) => !queues.includes(queue))
  if (stranger !== undefined) {
    const text = `weights names the queue ${JSON.stringify(stranger)}, which is not served: expected one of ${queues.join(', ')}`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (weighted.length > 0 && dequeueStrategy !== 'weighted') {
    const text = `weights are given and dequeueStrategy is ${JSON.stringify(dequeueStrategy)}: they count with "weighted" only`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (fresh && concurrency > 1) {
    const text = `concurrency is ${concurrency} and fresh is true: a process of its own for each job runs one job at a time; leave out one of them`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
}
