import type * as zod from 'zod'
import { pausedEverywhere } from '../../src/fleet/pauses.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { pausesWithAudience, pausesWithAudienceSchema } from './pauses.js'

const { z } = requirePackage('zod') as typeof zod

export const pausedEverywhereMethod = dataMethod({
  summary: 'The queues that are paused for all rqd daemons of this Redis.',
  changes: false,
  params: z.strictObject({}),
  result: pausesWithAudienceSchema,
  run: ({ store }) => pausesWithAudience(store, pausedEverywhere),
})
