import type * as zod from 'zod'
import { enqueueNow } from '../../src/fleet/enqueue-now.js'
import { type EnqueueNowReply, enqueueNowReplies } from '../../src/redis/schedule-store.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { jobIds } from './params.js'

const { z } = requirePackage('zod') as typeof zod

type Reason = Exclude<EnqueueNowReply, 'queued'>

const reasons = enqueueNowReplies.filter((reply) => reply !== 'queued')

const result: zod.ZodType<{ queued: string[]; failures: { id: string; reason: Reason }[] }> = z.looseObject({
  queued: z.array(z.string()),
  failures: z.array(
    z.looseObject({
      id: z.string(),
      reason: z
        .enum(reasons)
        .describe(
          'Not on the schedule of the queue; due, so that a scheduler queues it now; without data; or canceled before',
        ),
    }),
  ),
})

/** Run scheduled jobs before their time. */
export const enqueueNowMethod = dataMethod({
  summary: 'Put scheduled jobs on their queues before their time has come.',
  changes: true,
  params: z.strictObject({
    ids: jobIds,
    queue: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Where they are scheduled; null or left out: each where its own data says'),
  }),
  result,
  run: async ({ store, clock }, { ids, queue }) => {
    const unique = [...new Set(ids)]
    const replies = await enqueueNow(store, { jobIds: unique, queue, nowMs: clock.epochMs() })
    const queued: string[] = []
    const failures: { id: string; reason: Reason }[] = []
    unique.forEach((id, i) => {
      const reply = replies[i] ?? 'missing'
      if (reply === 'queued') queued.push(id)
      else failures.push({ id, reason: reply })
    })
    return { queued, failures }
  },
})
