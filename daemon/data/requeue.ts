import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { type RequeueOutcome, requeueJobs } from '../../src/fleet/requeue-jobs.js'
import { dataMethod } from './method.js'
import { jobIds } from './params.js'

const { z } = requirePackage('zod') as typeof zod

type Reason = Exclude<RequeueOutcome, 'requeued'>

/** What was requeued, or would be, and what not. */
export interface RequeueReply {
  readonly requeued: string[]
  readonly failures: { readonly id: string; readonly reason: Reason }[]
}

const result: zod.ZodType<RequeueReply> = z.looseObject({
  requeued: z.array(z.string()).describe('With `dryRun`: those that would be'),
  failures: z.array(
    z.looseObject({
      id: z.string(),
      reason: z
        .enum(['not-failed', 'missing'])
        .describe('Not among the failed jobs of the queue, or without data: deleted, or expired'),
    }),
  ),
})

export const requeue = dataMethod({
  summary: 'Put failed jobs back on their queues. `jobs.ids` finds many of them.',
  changes: true,
  params: z.strictObject({
    ids: jobIds,
    queue: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Where they failed; null or left out: each where its own data says'),
    atFront: z.boolean().default(false).describe('Before all jobs that wait'),
    dryRun: z.boolean().default(false).describe('Change nothing, and tell what would be done'),
  }),
  result,
  run: async ({ store, clock }, { ids, ...request }) => {
    const unique = [...new Set(ids)]
    const outcomes = await requeueJobs(store, { ...request, jobIds: unique, nowMs: clock.epochMs() })
    const requeued: string[] = []
    const failures: { id: string; reason: Reason }[] = []
    unique.forEach((id, i) => {
      const outcome = outcomes[i] ?? 'missing'
      if (outcome === 'requeued') requeued.push(id)
      else failures.push({ id, reason: outcome })
    })
    return { requeued, failures }
  },
})
