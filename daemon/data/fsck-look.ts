import type * as zod from 'zod'
import { look } from '../../src/fsck/look.js'
import { requirePackage } from '../../src/require.js'
import { opinions, questions } from './fsck-schemas.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

export const fsckLook = dataMethod({
  summary: 'Have a second opinion on suspects, each in one step.',
  changes: false,
  params: z.strictObject({ suspects: questions }),
  result: opinions,
  run: async (access, { suspects }) => ({ opinions: await look(access, suspects) }),
})
