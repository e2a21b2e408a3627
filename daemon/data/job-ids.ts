import type * as zod from 'zod'
import type { FoundJob } from '../../src/fleet/job-brief.js'
import { jobPlaces } from '../../src/fleet/job-place.js'
import { requirePackage } from '../../src/require.js'
import { type FilteredPage, MOST_LOOKED_AT, filterParams, foundPage } from './job-filter.js'
import { dataMethod } from './method.js'
import { MOST_IDS } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<FilteredPage<FoundJob>> = z.looseObject({
  jobs: z.array(z.looseObject({ id: z.string(), queue: z.string(), place: z.enum(jobPlaces) })),
  looked: z.int().nonnegative().describe('How many were looked at'),
  cursor: z.string().nullable().describe('For the next call; null at the end. A part may be empty and not the last'),
})

export const jobIdsMethod = dataMethod({
  summary: 'Ids of jobs by queue, state and filters, for work on many of them.',
  changes: false,
  params: z.strictObject({
    ...filterParams,
    limit: z
      .int()
      .positive()
      .max(MOST_IDS)
      .default(MOST_IDS)
      .describe(`Most jobs that one call looks at; with filters ${MOST_LOOKED_AT} at most`),
  }),
  result,
  run: (access, { limit, ...params }) => foundPage(access, params, limit),
})
