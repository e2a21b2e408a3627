import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { NoSuchJobError } from '../../src/errors.js'
import { refusedCancel } from '../../src/job-refusals.js'
import { formatIso } from '../../src/job/time.js'
import { cancelJob } from '../../src/redis/job-store.js'
import { dataMethod } from './method.js'
import { type Refusal, eachJob, jobIds, refusals } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ canceled: string[]; failures: Refusal[] }> = z.looseObject({
  canceled: z.array(z.string()),
  failures: refusals,
})

export const cancel = dataMethod({
  summary: 'Take jobs off their queues or registries and file them as canceled.',
  changes: true,
  params: z.strictObject({
    ids: jobIds,
    enqueueDependents: z
      .boolean()
      .default(false)
      .describe('Queue the jobs that wait for them, as though they had finished'),
  }),
  result,
  run: async ({ store, clock }, { ids, enqueueDependents }) => {
    const { done, failures } = await eachJob(ids, async (jobId) => {
      const nowIso = formatIso(clock.epochMs())
      const { outcome } = await cancelJob(store.redis, store.keys, { jobId, enqueueDependents, nowIso })
      if (outcome === 'missing') throw new NoSuchJobError(jobId)
      if (outcome === 'refused') throw refusedCancel(jobId)
    })
    return { canceled: done, failures }
  },
})
