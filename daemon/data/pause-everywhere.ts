import type * as zod from 'zod'
import { pauseEverywhere } from '../../src/fleet/pauses.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'
import { pausesWithAudience, pausesWithAudienceSchema } from './pauses.js'

const { z } = requirePackage('zod') as typeof zod

export const pauseEverywhereMethod = dataMethod({
  summary: 'Let no rqd daemon of this Redis claim another job of some queues, or of any, until they are resumed.',
  changes: true,
  params: z.strictObject({
    queues: z.array(z.string().min(1)).default([]).describe('Names of queues; every queue if left out or empty'),
  }),
  result: pausesWithAudienceSchema,
  run: ({ store }, { queues }) => pausesWithAudience(store, (place) => pauseEverywhere(queues, place)),
})
