import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import type { WorkerRow } from '../../src/fleet/workers.js'
import { isoOf } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** A worker as the methods tell of it. */
export interface WorkerDocument {
  readonly name: string
  readonly hostname: string | null
  readonly pid: number | null
  readonly ipAddress: string | null
  readonly queues: readonly string[]
  readonly state: string
  readonly currentJobId: string | null
  readonly lastHeartbeat: string | null
  readonly birthDate: string | null
  readonly successfulJobCount: number
  readonly failedJobCount: number
  readonly totalWorkingTimeSec: number
  readonly version: string | null
  readonly software: string | null
  readonly supervisor: string | null
}

export const workerDocument: zod.ZodType<WorkerDocument> = z.looseObject({
  name: z.string(),
  hostname: z.string().nullable(),
  pid: z.int().nullable(),
  ipAddress: z.string().nullable().describe('Host and port, as RQ writes them'),
  queues: z.array(z.string()),
  state: z.string(),
  currentJobId: z.string().nullable(),
  lastHeartbeat: z.string().nullable().describe('ISO time'),
  birthDate: z.string().nullable(),
  successfulJobCount: z.number(),
  failedJobCount: z.number(),
  totalWorkingTimeSec: z.number(),
  version: z.string().nullable().describe('The version of RQ that it speaks'),
  software: z
    .string()
    .nullable()
    .describe("Of ours `rqd`, its version and that of Node; of RQ's, the version of Python"),
  supervisor: z.string().nullable().describe("Id of the lease of its daemon; null for RQ's workers"),
})

export function documentOfWorker(row: WorkerRow): WorkerDocument {
  return {
    name: row.name,
    hostname: row.hostname,
    pid: row.pid,
    ipAddress: row.ipAddress,
    queues: row.queues,
    state: row.state,
    currentJobId: row.currentJob,
    lastHeartbeat: isoOf(row.lastHeartbeatMs),
    birthDate: isoOf(row.birthMs),
    successfulJobCount: row.successfulJobs,
    failedJobCount: row.failedJobs,
    totalWorkingTimeSec: row.totalWorkingTimeSec,
    version: row.version,
    software: row.software,
    supervisor: row.supervisor,
  }
}
