/**
 * The control protocol, version 1: JSON-RPC 2.0, one JSON message a line, over a Unix socket. This table is the one
 * place that says which methods there are; server dispatch, client types, `rpc.discover` and docs/control-socket.md
 * follow it. Fault codes are in faults.ts; the methods about jobs and queues in Redis are in daemon/data.
 */
import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { dataMethods } from '../data/methods.js'
import type { Method } from './method.js'
import type {
  DrainProgress,
  DrainReply,
  LogPart,
  ReloadReply,
  RestartReply,
  RolloutProgress,
  ScaleReply,
  Status,
} from './operations.js'
import { sessionMethods } from './session-methods.js'

const { z } = requirePackage('zod') as typeof zod

const count = z.int().nonnegative()
const seconds = z.number().nonnegative()

const queueNames = z
  .array(z.string().min(1))
  .default([])
  .describe('Names of queues; every queue of this daemon if left out or empty')

const paused: zod.ZodType<{ paused: string[] }> = z.looseObject({
  paused: z.array(z.string()).describe('The queues that are paused now'),
})

const recycleReasons = ['jobs', 'rss', 'age', 'fresh', 'restart'] as const

const executor = z.looseObject({
  pid: z.int().nullable().describe('Null while no process runs in this slot'),
  worker: z.string().describe('RQ worker name of the slot'),
  state: z.enum(['starting', 'idle', 'busy', 'stopping', 'recycling', 'backoff', 'fatal']),
  jobId: z.string().nullable(),
  queue: z.string().nullable(),
  func: z.string().nullable().describe('Description of the job: function and arguments'),
  runningSec: seconds.nullable(),
  running: count,
  ahead: count,
  rssBytes: count.nullable(),
  pssBytes: count.nullable().describe('Its memory, where pages shared with other processes count in part'),
  jobsDone: count,
  recycling: z.enum(recycleReasons).nullable().describe('Why it is being replaced'),
  recycled: z.record(z.enum(recycleReasons), count).describe('How often executors of this slot were replaced'),
  failures: count.describe('Executors in a row that died before they did anything'),
  trouble: z.string().nullable().describe('What is known of the end of the last of them'),
  tenant: z.string().nullable().optional().describe('Whose job it runs, on a daemon with tenants; null: it runs none'),
})

const queue = z.looseObject({
  name: z.string(),
  depth: count.nullable().describe('Jobs waiting; null if Redis does not answer or the key holds no list'),
  paused: z.boolean(),
  pausedEverywhere: z.boolean().describe('Whether it is paused for all daemons of this Redis'),
  oldestAgeSec: z.number().nullable().describe('How long the first job has been waiting, seconds'),
  tenant: z.string().optional().describe('Whose queue it is, on a daemon with tenants'),
})

const counters = z.looseObject({
  claimed: count.describe('Jobs taken off queues'),
  finished: count,
  failed: count,
  retried: count.describe('Failures that were put back for another try'),
  handedBack: count.describe('Jobs returned to their queue without a try being spent'),
  recovered: count.describe(
    'Jobs left behind by dead daemons, or by dead workers of Python RQ, that were put back or failed',
  ),
  fenced: count.describe('Late results that were refused'),
  executorDeaths: count,
})

const state = z.enum(['starting', 'running', 'paused', 'suspended', 'draining', 'drained', 'stopping'])

const tenant = z.looseObject({
  name: z.string(),
  weight: z.number().positive().describe('Its share of the executors, beside the weights of the others'),
  state: state.describe('What the daemon does for it'),
  connected: z.boolean(),
  roundTripMs: seconds.nullable(),
  running: count.describe('Jobs of it that run now'),
  counters,
})

const status: zod.ZodType<Status> = z.looseObject({
  state,
  pid: z.int(),
  name: z.string(),
  version: z.string(),
  uptimeSec: seconds,
  redis: z.looseObject({
    url: z.string().describe('Without its password'),
    connected: z.boolean(),
    roundTripMs: seconds.nullable(),
  }),
  executors: z.array(executor),
  queues: z.array(queue),
  counters,
  tenants: z.array(tenant).optional().describe('Whose jobs it runs, on a daemon with tenants'),
})

const drained: zod.ZodType<DrainReply> = z.looseObject({
  drained: z.boolean().describe('False if the deadline came first'),
  handedBack: count.describe('Jobs still running at the deadline, returned to the front of their queues'),
  elapsedSec: seconds,
})

const serving = count.describe('How many executors serve now')
const ending = count.describe('How many that serve no more still end their jobs')
const wait = z
  .boolean()
  .default(false)
  .describe('Answer only when executors that serve no more have ended their jobs and are gone')

const scaled: zod.ZodType<ScaleReply> = z.looseObject({
  executors: serving,
  was: count.describe('How many there were before'),
  ending,
  elapsedSec: seconds,
})

const restarted: zod.ZodType<RestartReply> = z.looseObject({ executors: serving, ending, elapsedSec: seconds })

const reloaded: zod.ZodType<ReloadReply> = z.looseObject({
  executors: serving,
  ending,
  elapsedSec: seconds,
  changed: z.array(z.string()).describe('Options whose new value counts now'),
  needRestart: z.array(z.string()).describe('Options that have changed as well, and count from the next start on'),
})

const stopping: zod.ZodType<{ running: number }> = z.looseObject({
  running: count.describe('Jobs running as the stop began'),
})

const logPart: zod.ZodType<LogPart> = z.looseObject({
  state: z
    .enum(['running', 'ended', 'unknown'])
    .describe('`unknown`: it is not running here, and nothing that it printed is kept'),
  from: count.describe('Where the text begins: later than asked for, if what was there is kept no more'),
  next: count.describe('Where the next part begins'),
  pieces: z.array(z.looseObject({ stream: z.enum(['stdout', 'stderr']), text: z.string() })),
})

const openRpc: zod.ZodType<Record<string, unknown> & { openrpc: string }> = z.looseObject({ openrpc: z.string() })

/** The methods that ask something of the daemon itself. */
export const daemonMethods = {
  ping: define({
    summary: 'Say that the daemon answers.',
    changes: false,
    params: z.strictObject({}),
    result: z.literal('pong'),
  }),
  status: define({
    summary: 'State of the daemon, its executors, its queues and its Redis link.',
    changes: false,
    params: z.strictObject({}),
    result: status,
  }),
  pause: define({
    summary: 'Start no more jobs from some queues, or from any. Running jobs go on.',
    changes: true,
    params: z.strictObject({ queues: queueNames }),
    result: paused,
  }),
  resume: define({
    summary: 'Undo `pause` and `drain` for some queues, or for all.',
    changes: true,
    params: z.strictObject({ queues: queueNames }),
    result: paused,
  }),
  drain: define({
    summary:
      'Start no more jobs and wait for the running ones; at the deadline hand back those left. The daemon stays up.',
    changes: true,
    params: z.strictObject({
      timeoutSec: seconds
        .nullable()
        .default(null)
        .describe('Seconds to wait for running jobs; null or left out: no limit'),
    }),
    result: drained,
  }),
  scale: define({
    summary: 'Have so many executors from now on; those too many end after their jobs.',
    changes: true,
    params: z.strictObject({ executors: z.int().min(1).max(1_000).describe('How many'), wait }),
    result: scaled,
  }),
  'restart-executors': define({
    summary: 'Replace all executors, one by one, by new ones. No job is interrupted.',
    changes: true,
    params: z.strictObject({ wait }),
    result: restarted,
  }),
  reload: define({
    summary:
      'Read the configuration again, try it with the code, and replace all executors. Refused if it cannot work.',
    changes: true,
    params: z.strictObject({ wait }),
    result: reloaded,
  }),
  logs: define({
    summary: 'What a job has printed, while it runs and for a while after: the newest 64 KiB of it.',
    changes: false,
    params: z.strictObject({
      jobId: z.string().min(1).describe('Id of the job'),
      from: count.default(0).describe('Position, bytes since the function began: `next` of the answer before'),
      waitSec: z.number().min(0).max(30).default(0).describe('How long the answer may wait for something new'),
    }),
    result: logPart,
  }),
  shutdown: define({
    summary: 'Begin to stop: after the running jobs, or with `now` at once, handing them back.',
    changes: true,
    params: z.strictObject({ now: z.boolean().default(false).describe('Do not wait for running jobs') }),
    result: stopping,
  }),
  'rpc.discover': define({
    summary: 'This table as an OpenRPC document.',
    changes: false,
    params: z.strictObject({}),
    result: openRpc,
  }),
  ...sessionMethods,
} as const

/** The method table. */
export const methods = { ...daemonMethods, ...dataMethods } as const

/** What DRAIN_PROGRESS carries. */
export const drainProgress: zod.ZodType<DrainProgress> = z.looseObject({ running: count, elapsedSec: seconds })

/** What ROLLOUT_PROGRESS carries. */
export const rolloutProgress: zod.ZodType<RolloutProgress> = z.looseObject({
  step: z.enum(['waiting', 'checking', 'starting', 'ending']),
  done: count,
  total: count,
  running: count,
  elapsedSec: seconds,
})

export type DaemonMethodName = keyof typeof daemonMethods
export type MethodName = keyof typeof methods
export const methodNames = Object.keys(methods) as MethodName[]

/** Parameters as a caller writes them: those with a default may be left out. */
export type ParamsIn<M extends MethodName> = zod.input<(typeof methods)[M]['params']>
/** Parameters as the daemon reads them. */
export type Params<M extends MethodName> = zod.output<(typeof methods)[M]['params']>
export type Result<M extends MethodName> = zod.output<(typeof methods)[M]['result']>

function define<P extends zod.ZodObject, R extends zod.ZodType>(method: Method<P, R>): Method<P, R> {
  return method
}
