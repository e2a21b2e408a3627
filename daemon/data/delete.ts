import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { NoSuchJobError } from '../../src/errors.js'
import { deleteJob } from '../../src/redis/job-store.js'
import { dataMethod } from './method.js'
import { type Refusal, eachJob, jobIds, refusals } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ deleted: string[]; count: number; failures: Refusal[] }> = z.looseObject({
  deleted: z.array(z.string()),
  count: z.int().nonnegative().describe('Jobs that are gone, dependents included'),
  failures: refusals,
})

export const deleteJobs = dataMethod({
  summary: 'Remove jobs with their results and all that hangs on them, whatever their status.',
  changes: true,
  params: z.strictObject({
    ids: jobIds,
    deleteDependents: z.boolean().default(false).describe('Remove the jobs that wait for them, too'),
  }),
  result,
  run: async ({ store }, { ids, deleteDependents }) => {
    let count = 0
    const { done, failures } = await eachJob(ids, async (jobId) => {
      const removal = { jobId, queue: '', withDependents: deleteDependents }
      const gone = await deleteJob(store.redis, store.keys, removal)
      if (gone === 0) throw new NoSuchJobError(jobId)
      count += gone
    })
    return { deleted: done, count, failures }
  },
})
