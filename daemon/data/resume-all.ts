import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { resume } from '../../src/fleet/suspension.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ suspended: boolean; wereSuspended: boolean }> = z.looseObject({
  suspended: z.boolean(),
  wereSuspended: z.boolean(),
})

export const resumeAll = dataMethod({
  summary: 'Undo `suspend`: let all workers of this Redis go on.',
  changes: true,
  params: z.strictObject({}),
  result,
  run: async ({ store: { redis, keys } }) => ({
    suspended: false,
    wereSuspended: await resume({ connection: redis, prefix: keys.prefix }),
  }),
})
