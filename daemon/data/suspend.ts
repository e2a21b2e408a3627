import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { suspend as suspendAll } from '../../src/fleet/suspension.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ suspended: boolean; durationSec: number | null }> = z.looseObject({
  suspended: z.boolean(),
  durationSec: z.int().nullable(),
})

export const suspend = dataMethod({
  summary: "Let no worker of this Redis, ours or Python's, begin another job. Running jobs go on.",
  changes: true,
  params: z.strictObject({
    durationSec: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('For so many seconds; null or left out: until they are resumed'),
  }),
  result,
  run: async ({ store: { redis, keys } }, { durationSec }) => {
    const place = { connection: redis, prefix: keys.prefix }
    await suspendAll(durationSec === null ? place : { ...place, duration: durationSec })
    return { suspended: true, durationSec }
  },
})
