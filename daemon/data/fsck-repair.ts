import type * as zod from 'zod'
import { repair } from '../../src/fsck/look.js'
import { requirePackage } from '../../src/require.js'
import { opinions, questions } from './fsck-schemas.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

export const fsckRepair = dataMethod({
  summary: 'Repair suspects that have been exactly the same for some time, by the marks of earlier looks.',
  changes: true,
  params: z.strictObject({
    suspects: questions,
    waitMs: z
      .number()
      .min(1_000)
      .default(30_000)
      .describe('How long ago the earlier look must have been, where something may be in motion'),
  }),
  result: opinions,
  run: async (access, { suspects, waitMs }) => ({ opinions: await repair(access, suspects, waitMs) }),
})
