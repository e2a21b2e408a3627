import type * as zod from 'zod'
import { resumeEverywhere } from '../../src/fleet/pauses.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { pausesWithAudience, pausesWithAudienceSchema } from './pauses.js'

const { z } = requirePackage('zod') as typeof zod

export const resumeEverywhereMethod = dataMethod({
  summary: 'Undo `pause.everywhere` for some queues, or for all.',
  changes: true,
  params: z.strictObject({
    queues: z.array(z.string().min(1)).default([]).describe('Names of queues; every queue if left out or empty'),
  }),
  result: pausesWithAudienceSchema,
  run: ({ store }, { queues }) => pausesWithAudience(store, (place) => resumeEverywhere(queues, place)),
})
