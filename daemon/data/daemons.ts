import type * as zod from 'zod'
import { type DaemonRow, listDaemons } from '../../src/fleet/daemons.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { isoOf } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** A daemon as the methods tell of it. */
export interface DaemonDocument {
  readonly name: string
  readonly supervisor: string
  readonly host: string
  readonly pid: number | null
  readonly version: string
  readonly state: string
  readonly alive: boolean
  readonly leaseLeftSec: number
  readonly startedAt: string | null
  readonly queues: readonly string[]
  readonly pausedQueues: readonly string[]
  readonly executors: { readonly total: number; readonly busy: number; readonly idle: number }
  readonly running: number
  readonly rssBytes: number | null
  readonly finished: number
  readonly failed: number
  readonly sockets: readonly string[]
  readonly http: string | null
  readonly sharesExecutors: boolean
  readonly takesOrders: boolean
}

const count = z.int().nonnegative()

export const daemonDocument: zod.ZodType<DaemonDocument> = z.looseObject({
  name: z.string(),
  supervisor: z.string().describe('Id of its lease, another one each time it starts'),
  host: z.string(),
  pid: z.int().nullable(),
  version: z.string(),
  state: z.string().describe('As `status` has it; `lost` if its lease has run out'),
  alive: z.boolean().describe('False if its lease has run out: it was killed or is cut off'),
  leaseLeftSec: z.number().describe('Until that, or negative, since'),
  startedAt: z.string().nullable().describe('ISO time'),
  queues: z.array(z.string()).describe('In order of priority'),
  pausedQueues: z.array(z.string()).describe('Those from which this daemon alone takes nothing now'),
  executors: z.looseObject({ total: count, busy: count, idle: count }),
  running: count.describe('Jobs that run'),
  rssBytes: count.nullable().describe('Memory of the daemon with its executors'),
  finished: count.describe('Jobs since it started'),
  failed: count,
  sockets: z.array(z.string()).describe('Paths of its control sockets'),
  http: z.string().nullable().describe('Where it serves HTTP'),
  sharesExecutors: z
    .boolean()
    .describe('Its executors run the jobs of several tenants: `daemon.order` neither changes nor stops them'),
  takesOrders: z.boolean().describe('Whether `daemon.order` reaches it'),
})

const result: zod.ZodType<{ daemons: DaemonDocument[] }> = z.looseObject({ daemons: z.array(daemonDocument) })

/** What all daemons of a Redis tell of themselves. */
export const daemons = dataMethod({
  summary: 'All rqd daemons of this Redis, and those that have died and whose jobs nobody has taken over yet.',
  changes: false,
  params: z.strictObject({}),
  result,
  run: async ({ store: { redis, keys } }) => ({ daemons: (await listDaemons(redis, keys)).map(documentOfDaemon) }),
})

/** @internal for tests */
export function documentOfDaemon({ summary, startedMs, ...row }: DaemonRow): DaemonDocument {
  return {
    name: row.name,
    supervisor: row.supervisor,
    host: row.host,
    pid: row.pid,
    version: row.version,
    state: row.alive ? (summary?.state ?? 'starting') : 'lost',
    alive: row.alive,
    leaseLeftSec: row.leaseLeftSec,
    startedAt: isoOf(startedMs),
    queues: row.queues,
    pausedQueues: summary?.pausedQueues ?? [],
    executors: summary?.executors ?? { total: 0, busy: 0, idle: 0 },
    running: summary?.running ?? 0,
    rssBytes: summary?.rssBytes ?? null,
    finished: summary?.finished ?? 0,
    failed: summary?.failed ?? 0,
    sockets: summary?.sockets ?? [],
    http: summary?.http ?? null,
    sharesExecutors: summary?.sharesExecutors ?? false,
    takesOrders: row.takesOrders,
  }
}
