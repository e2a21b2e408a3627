import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { type QueueCounts, queueCounts, readKnownQueues } from '../../src/fleet/queues.js'
import { type WorkerRow, listWorkers } from '../../src/fleet/workers.js'
import { dataMethod } from './method.js'
import { queueCountsShape, someQueues } from './params.js'

const { z } = requirePackage('zod') as typeof zod

/** Queues and workers of one moment. */
export interface InfoReport {
  readonly queues: QueueCounts[]
  /** Left out if they were not asked for. */
  readonly workers?: WorkerRow[] | undefined
  /** Members of the set of queues that are no queue's key. */
  readonly strangers: string[]
}

const result: zod.ZodType<InfoReport> = z.looseObject({
  queues: z.array(z.looseObject(queueCountsShape)),
  workers: z
    .array(
      z.looseObject({
        name: z.string(),
        hostname: z.string().nullable(),
        pid: z.number().nullable(),
        ipAddress: z.string().nullable(),
        queues: z.array(z.string()),
        state: z.string(),
        currentJob: z.string().nullable(),
        lastHeartbeatMs: z.number().nullable(),
        birthMs: z.number().nullable(),
        successfulJobs: z.number(),
        failedJobs: z.number(),
        totalWorkingTimeSec: z.number(),
        version: z.string().nullable(),
        software: z.string().nullable(),
        supervisor: z.string().nullable(),
      }),
    )
    .optional(),
  strangers: z.array(z.string()),
})

export const info = dataMethod({
  summary: 'What `rq info` shows: queues with their jobs, and the workers that listen on them.',
  changes: false,
  params: z.strictObject({
    queues: someQueues,
    workers: z.boolean().default(true).describe('With the workers'),
  }),
  result,
  // Which workers are told of follows rq info: those of the queues shown; all if there is no queue.
  run: async ({ store: { redis, keys } }, { queues, workers }) => {
    const known = queues.length > 0 ? { names: queues, strangers: [] } : await readKnownQueues(redis, keys)
    const counts = await queueCounts(redis, keys, known.names)
    const { strangers } = known
    if (!workers) return { queues: counts, strangers }
    const listening = await listWorkers(redis, keys, known.names.length === 0 ? undefined : known.names)
    return { queues: counts, workers: listening, strangers }
  },
})
