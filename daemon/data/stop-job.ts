import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { NoSuchJobError } from '../../src/errors.js'
import { refusedStop, unheardStop } from '../../src/job-refusals.js'
import { stopJob as stop } from '../../src/redis/job-store.js'
import { dataMethod } from './method.js'
import { type Refusal, eachJob, jobIds, refusals } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ told: string[]; failures: Refusal[] }> = z.looseObject({
  told: z.array(z.string()).describe('Jobs whose workers have been told'),
  failures: refusals,
})

export const stopJob = dataMethod({
  summary: 'End running jobs for good, whichever worker runs them: answers when the workers have been told.',
  changes: true,
  params: z.strictObject({ ids: jobIds }),
  result,
  run: async ({ store }, { ids }) => {
    const { done, failures } = await eachJob(ids, async (jobId) => {
      const { outcome, status, worker, listeners } = await stop(store.redis, store.keys, jobId)
      if (outcome === 'missing') throw new NoSuchJobError(jobId)
      if (outcome === 'refused') throw refusedStop(jobId, status)
      if (listeners === 0) throw unheardStop(jobId, worker)
    })
    return { told: done, failures }
  },
})
