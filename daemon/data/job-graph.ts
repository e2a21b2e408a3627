import type * as zod from 'zod'
import { type JobGraph, readJobGraph } from '../../src/fleet/job-graph.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

/** What a screen has room for. */
const limits = { levels: 2, mostJobs: 40 }

/** Longest description that is told. */
const MOST_CHARACTERS = 200

const result: zod.ZodType<JobGraph> = z.looseObject({
  jobs: z
    .array(
      z.looseObject({
        id: z.string(),
        status: z.string().nullable(),
        description: z.string().nullable(),
        gone: z.boolean().describe('Its data is not there: deleted, or expired'),
        moreParents: z.int().nonnegative().describe('Jobs that it waits for and that are not among these'),
        moreDependents: z.int().nonnegative().describe('Jobs that wait for it and that are not among these'),
      }),
    )
    .describe(`At most ${limits.mostJobs}, the one that was asked about first`),
  edges: z.array(z.looseObject({ from: z.string(), to: z.string() })).describe('`to` waits for `from`, or did'),
})

export const jobGraph = dataMethod({
  summary: 'The jobs that a job waits for and those that wait for it, two steps either way.',
  changes: false,
  params: z.strictObject({ id: z.string().min(1).describe('Id of the job') }),
  result,
  run: async ({ store }, { id }) => {
    const { jobs, edges } = await readJobGraph(store, id, limits)
    return { jobs: jobs.map((job) => ({ ...job, description: cut(job.description) })), edges }
  },
})

function cut(text: string | null): string | null {
  return text !== null && text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}
