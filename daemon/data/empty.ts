import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { emptyPlace } from '../../src/fleet/empty-place.js'
import { jobPlaces } from '../../src/fleet/job-place.js'
import { dataMethod } from './method.js'
import { MOST_IDS } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ deleted: number; left: number }> = z.looseObject({
  deleted: z.int().nonnegative(),
  left: z.int().nonnegative().describe('Jobs that are still there, those that came meanwhile included'),
})

export const empty = dataMethod({
  summary: 'Delete jobs of a queue that are in one state, some at a time: call it until none is left.',
  changes: true,
  params: z.strictObject({
    queue: z.string().min(1).describe('Name of the queue'),
    status: z
      .enum(jobPlaces.filter((place) => place !== 'started'))
      .default('queued')
      .describe('The state: waiting jobs if left out. What runs has to be stopped'),
    limit: z.int().positive().max(MOST_IDS).default(MOST_IDS).describe('Most jobs that one call deletes'),
  }),
  result,
  run: ({ store }, { queue, status, limit }) => emptyPlace(store, queue, status, limit),
})
