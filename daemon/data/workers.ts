import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { listWorkers } from '../../src/fleet/workers.js'
import { dataMethod } from './method.js'
import { type WorkerDocument, documentOfWorker, workerDocument } from './worker-row.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ workers: WorkerDocument[] }> = z.looseObject({ workers: z.array(workerDocument) })

export const workers = dataMethod({
  summary: "The living workers of this Redis, ours and Python's.",
  changes: false,
  params: z.strictObject({
    queues: z.array(z.string().min(1)).default([]).describe('Only those that listen on one of these; all if empty'),
  }),
  result,
  run: async ({ store: { redis, keys } }, { queues }) => {
    const rows = await listWorkers(redis, keys, queues.length === 0 ? undefined : queues)
    return { workers: rows.map(documentOfWorker) }
  },
})
