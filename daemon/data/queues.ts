import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { type QueueReport, readQueueReports } from '../../src/fleet/queue-report.js'
import { isSuspended } from '../../src/fleet/suspension.js'
import { dataMethod } from './method.js'
import { queueCountsShape, someQueues } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ queues: QueueReport[]; suspended: boolean; strangers: string[] }> = z.looseObject({
  queues: z.array(
    z.looseObject({
      ...queueCountsShape,
      pausedEverywhere: z.boolean().describe('It is paused for all daemons of rqd'),
      oldestAgeSec: z.number().nullable().describe('How long the first job has been waiting, seconds'),
    }),
  ),
  suspended: z.boolean().describe('All workers of this Redis stand still'),
  strangers: z.array(z.string()).describe("Members of the set of queues that are no queue's key"),
})

export const queues = dataMethod({
  summary: 'Queues with how many of their jobs are where, and how long the first one waits.',
  changes: false,
  params: z.strictObject({ queues: someQueues }),
  result,
  run: async ({ store, clock }, { queues: names }) => {
    const place = { connection: store.redis, prefix: store.keys.prefix }
    const suspended = await isSuspended(place)
    return { ...(await readQueueReports(store, [...new Set(names)], clock.epochMs())), suspended }
  },
})
