import type * as zod from 'zod'
import { causes, type Cause } from '../../src/explain/causes.js'
import { explainStored } from '../../src/explain/explain-job.js'
import type { Explanation } from '../../src/explain/explanation.js'
import { requirePackage } from '../../src/require.js'
import type { Status } from '../control/operations.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const facts = z.array(
  z.looseObject({
    name: z.string().describe('Stable; with the unit, as in runningSec'),
    value: z
      .union([z.string(), z.number(), z.boolean(), z.null()])
      .describe('Times as ISO text; null: unknown, or none'),
    text: z.string().describe('The same for people'),
  }),
)

const result: zod.ZodType<Explanation> = z.looseObject({
  jobId: z.string(),
  exists: z.boolean().describe('Whether there is a hash of it'),
  status: z.string().nullable(),
  queue: z.string().nullable(),
  description: z.string().nullable(),
  verdicts: z
    .array(
      z.looseObject({
        cause: z.enum(Object.keys(causes) as [Cause, ...Cause[]]),
        sentence: z.string(),
        evidence: facts,
        next: z.string().nullable().describe('What can be done; null: nothing needs to be'),
      }),
    )
    .min(1)
    .describe('All causes, first that which has to be removed first'),
  facts: facts.describe('What else is known of it'),
})

export const explain = dataMethod({
  summary: 'Why a job does not run, or how it ended: causes, evidence, what to do.',
  changes: false,
  params: z.strictObject({ jobId: z.string().min(1).describe('Id of the job') }),
  result,
  run: async ({ store, daemon }, { jobId }) => {
    // A daemon decodes no payload: see docs/architecture.md.
    if (daemon === undefined) return explainStored(store, jobId)
    return explainStored(store, jobId, { decodes: false, pauses: pausesOf(await daemon()) })
  },
})

/** By queue: its workers take nothing from those that it has paused. */
function pausesOf({ name, executors, queues }: Status): { queue: string; daemon: string; workers: string[] }[] {
  const workers = executors.map(({ worker }) => worker)
  return queues.filter(({ paused }) => paused).map((queue) => ({ queue: queue.name, daemon: name, workers }))
}
