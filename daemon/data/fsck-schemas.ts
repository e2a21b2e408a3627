import type * as zod from 'zod'
import { type KindName, kindNames } from '../../src/fsck/kinds.js'
import { type PartName, partNames } from '../../src/fsck/step.js'
import type { Opinion } from '../../src/redis/fsck-store.js'
import { requirePackage } from '../../src/require.js'

const { z } = requirePackage('zod') as typeof zod

/** Things that one call asks about. */
const MOST_QUESTIONS = 200

export const kind = z.enum(kindNames as [KindName, ...KindName[]])
export const part = z.enum(partNames as unknown as [PartName, ...PartName[]])

/** What is to be looked at: a suspect of `fsck.step`, and the mark of an earlier look. */
export const questions = z
  .array(
    z.object({
      kind,
      key: z.string().min(1),
      id: z.string(),
      queue: z.string(),
      entry: z.string(),
      place: z.string(),
      mark: z.string().default('').describe('From an earlier answer; empty at the first look'),
    }),
  )
  .max(MOST_QUESTIONS)
  .describe('Suspects, as fsck.step names them')

/** One answer for each of them. */
export const opinions: zod.ZodType<{ opinions: Opinion[] }> = z.looseObject({
  opinions: z.array(
    z.looseObject({
      verdict: z
        .enum(['gone', 'holds', 'kept', 'repaired'])
        .describe('`gone`: it is not so. `kept`: it is so, and is not repaired because of `why`'),
      mark: z.string().describe('Since when exactly the same has been so'),
      why: z.string(),
    }),
  ),
})
