import type * as zod from 'zod'
import { Job } from '../../src/job.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

export const jobStop = dataMethod({
  summary: 'Tell the worker of a running job, ours or Python RQ, to end it for good.',
  changes: true,
  params: z.strictObject({ id: z.string().min(1).describe('Id of the job') }),
  result: z.looseObject({ told: z.literal(true) }),
  run: async ({ store }, { id }) => {
    await (await Job.fetch(id, { connection: store.redis, prefix: store.keys.prefix })).stop()
    return { told: true as const }
  },
})
