import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { parseDurationSec } from '../../src/duration.js'
import { defaultSettlePolicy } from '../../src/job/settle.js'
import { checkQueueName } from '../../src/queue-name.js'
import { compatLines, DEFAULT_COMPAT } from '../../src/redis/compat.js'
import { DEFAULT_PREFIX } from '../../src/redis/keys.js'
import { rqDefaults } from '../../src/rq-defaults.js'
import { cronEntries } from '../cron-config.js'
import { type Tenant, readTenant } from '../tenants/tenant.js'
import { DEFAULT_URL } from './address.js'
import {
  checked,
  dateFormat,
  flag,
  httpAccess,
  httpAddress,
  httpToken,
  list,
  logFormat,
  logLevel,
  number,
  redisUrl,
  sentinel,
  serializer,
  socketGroup,
  socketMode,
} from './fields.js'

const { z } = requirePackage('zod') as typeof zod

const queueName = checked(checkQueueName, 'the name of a queue')

const expectedDuration = "expected seconds, '5m', '1h', '2d', or -1 for ever"
const duration = z.union([z.number(), z.string()], { error: expectedDuration }).transform((value, context) => {
  try {
    return parseDurationSec(value, 'it')
  } catch {
    context.addIssue({ code: 'custom', message: expectedDuration })
    return z.NEVER
  }
})

const weights = z.record(queueName, number({ min: 0.000_001 }), { error: 'expected queues with a number each' })

const text = (what: string): zod.ZodString =>
  z
    .string({ error: `expected ${what}` })
    .min(1, `expected ${what}`)
    .regex(/^\P{Cc}*$/u, `expected ${what}, without control characters`)

/**
 * Every option of the daemon, with its default. Files and the environment name them as names.ts says, the command line
 * in cli/rqd.ts; docs/configuration.md lists them, and a test compares.
 */
export const schema = z.strictObject({
  queues: list(queueName, /[\s,]+/, 'queues').default(['default']),
  url: redisUrl.default(DEFAULT_URL),
  /** Instead of `url`: RQ's SENTINEL. */
  sentinel: sentinel.optional(),
  /** So many replicas must have what is settled, and have so long for it. */
  waitReplicas: number({ min: 0, max: 100, whole: true }).default(0),
  waitReplicasTimeoutSec: number({ min: 0.001, max: 60 }).default(1),
  prefix: text('the prefix of all keys')
    .regex(/^[^\s]+$/, 'a prefix has no blanks')
    .default(DEFAULT_PREFIX),
  /** Whose jobs are run, with a prefix each; `prefix` has a place for them then. None: those of `prefix` alone. */
  tenants: list(checked(readTenant, 'the name of a tenant'), /[\s,]+/, 'tenants')
    .default([])
    .transform((tenants) => tenants.map(readTenant)),
  /** With which line of RQ the data is shared, where one way of writing cannot serve both. */
  compat: z.enum(compatLines, { error: `expected ${compatLines.join(', ')}` }).default(DEFAULT_COMPAT),
  /** Folders from which functions are loaded. */
  path: list(text('a folder'), /:/, 'folders')
    .default(['.'])
    .transform((paths) => paths.map((path) => resolve(path))),
  /** Modules that executors load before they take jobs. */
  preload: list(text('the name of a module'), /[\s,]+/, 'modules').default([]),
  executors: number({ min: 1, max: 1_000, whole: true }).default(availableParallelism),
  /** Jobs that each executor may run at a time: more than one helps asynchronous functions. */
  concurrency: number({ min: 1, max: 1_000, whole: true }).default(1),
  /** Executors kept warm beside them, to take over at once from one that dies. */
  spares: number({ min: 0, max: 100, whole: true }).default(1),
  /** An executor is replaced after so many jobs, at so large a resident set, after so long; each within ±10 %. */
  recycleJobs: number({ min: 1, whole: true }).optional(),
  recycleRssMb: number({ min: 1, whole: true }).optional(),
  recycleAgeSec: duration.optional(),
  /** A process of its own for each job. */
  fresh: flag().default(false),
  name: text('a name')
    .regex(/^[!-~]+$/, 'a name is printable ASCII without blanks')
    .optional(),
  burst: flag().default(false),
  /** End after so many jobs, or after so long without any. */
  maxJobs: number({ min: 1, whole: true }).optional(),
  maxIdleTime: duration.optional(),
  /** In which order claims look at the queues; `weights` for `weighted`, 1 where a queue has none. */
  dequeueStrategy: z
    .preprocess(
      // As RQ spells it.
      (given) => (given === 'round_robin' ? 'round-robin' : given),
      z.enum(['default', 'round-robin', 'random', 'weighted'], {
        error: 'expected default, round-robin, random or weighted',
      }),
    )
    .default('default'),
  weights: weights.default({}),
  /** Put scheduled jobs on their queues when they are due. */
  scheduler: flag().default(true),
  /** What is put on queues by the clock. */
  cron: cronEntries,
  socket: text('the path of a socket').optional(),
  /** Who may connect to it; 0600, or 0660 where a group is named. */
  socketMode: socketMode().optional(),
  socketGroup: socketGroup().optional(),
  /** Another socket, on which nothing can be changed. */
  readSocket: text('the path of a socket').optional(),
  readSocketMode: socketMode().optional(),
  readSocketGroup: socketGroup().optional(),
  /** Serve health and metrics here. Beyond this machine only with a token. */
  http: httpAddress.optional(),
  httpHosts: list(text('the name of a host'), /[\s,]+/, 'names of hosts').default([]),
  /** Whoever has it may look and act. */
  httpToken: httpToken.optional(),
  /** Whoever has it may look. */
  httpViewToken: httpToken.optional(),
  /** What visitors without a token may do. */
  httpAccess: httpAccess.optional(),
  /** Do what is ordered through Redis, by whoever may write there. */
  fleetOrders: flag().default(true),
  /** Keep what happens in each minute in Redis, for a day. */
  history: flag().default(true),
  /** A file that holds our process id while we run. */
  pid: text('the path of a file').optional(),
  /** Running jobs are interrupted and handed back when the daemon has been stopping for so long. */
  stopTimeoutSec: duration.optional(),
  resultsTtl: duration.default(rqDefaults.resultTtlSec),
  /** How long other daemons wait for a sign of life before they take over this one's jobs. */
  leaseSec: number({ min: 1, max: 3_600 }).default(10),
  /** Limit of V8's heap in each executor, MiB; Node's own by default. */
  executorHeapMb: number({ min: 16, whole: true }).optional(),
  /** Executors that a job may end before it is failed, whatever retries it has left. */
  maxDeaths: number({ min: 1, whole: true }).default(defaultSettlePolicy.maxDeaths),
  /** Changes nothing: the format of a job is recognised from its bytes. */
  serializer: serializer.optional(),
  /** Functions to be called with the job and its error when one fails, in this order. */
  exceptionHandlers: list(text('the name of a function'), /[\s,]+/, 'functions').default([]),
  /** False: a job that fails gets that status, and no result nor place among the failed jobs. */
  defaultExceptionHandler: flag().default(true),
  /** Module of functions to be called around jobs and the life of executors. */
  hooks: text('the name of a module').optional(),
  workerClass: text('the name of a class').optional(),
  jobClass: text('the name of a class').optional(),
  queueClass: text('the name of a class').optional(),
  connectionClass: text('the name of a class or function').optional(),
  deathPenaltyClass: text('the name of a class').optional(),
  /** Report jobs that fail to Sentry. */
  sentryDsn: text('a DSN').optional(),
  logLevel: logLevel.default('info'),
  logFormat: logFormat.default('auto'),
  dateFormat: dateFormat.optional(),
  /** Leave the description, which holds the arguments, out of the log line of a job. */
  disableJobDescLogging: flag().default(false),
})

/** What `schema` makes: tenants have no prefixes yet. */
export type Parsed = Readonly<zod.output<typeof schema>>
export type Config = Omit<Parsed, 'tenants'> & { readonly tenants: readonly Tenant[] }
export type ConfigInput = zod.input<typeof schema>

/** Every option that there is. */
export const optionKeys: readonly string[] = Object.keys(schema.shape)
