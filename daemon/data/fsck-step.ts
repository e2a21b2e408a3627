import type * as zod from 'zod'
import { readStep } from '../../src/fsck/read-step.js'
import type { Step } from '../../src/fsck/step.js'
import { requirePackage } from '../../src/require.js'
import { kind, part } from './fsck-schemas.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const count = z.int().nonnegative()
const named = { id: z.string(), queue: z.string() }

const result: zod.ZodType<Step> = z.looseObject({
  cursor: z.string().describe('Where to go on; empty at the end'),
  looked: count,
  total: count.describe('About how many keys or entries this part has'),
  suspects: z.array(
    z.looseObject({ ...named, kind, key: z.string(), entry: z.string(), place: z.string(), found: z.string() }),
  ),
  parts: z
    .array(
      z.looseObject({
        part: part.exclude(['names', 'queues', 'daemons', 'outbox', 'jobs']),
        queue: z.string(),
      }),
    )
    .describe('Parts that there are, from `names`'),
  ids: z.array(z.string()).describe('Ids on a list, from `queue`'),
  list: z.string().describe('The key of that list'),
  waiting: z.array(z.looseObject({ ...named, key: z.string() })).describe('Jobs that should be on a list, from `jobs`'),
  counts: z.record(z.string(), count).describe('Jobs by queue, from `jobs`'),
  samples: z
    .array(z.looseObject({ queue: z.string(), func: z.string(), bytes: count }))
    .describe('Memory of some jobs, from `jobs`'),
})

export const fsckStep = dataMethod({
  summary: 'Look at a stretch of the data for what looks wrong: some hundred keys or entries.',
  changes: false,
  params: z.strictObject({
    part: part.describe('What to look at: `names` first, which tells of the others'),
    queue: z.string().default('').describe('Of parts that each queue has'),
    cursor: z
      .string()
      .regex(/^\d{0,20}$/)
      .default('')
      .describe('Where to go on; empty at the start'),
  }),
  result,
  run: ({ store }, stretch) => readStep(store.redis, store.keys, stretch),
})
