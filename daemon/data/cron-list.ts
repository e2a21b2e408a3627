import type * as zod from 'zod'
import { type CronRow, listCronEntries } from '../../src/cron/list.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ entries: CronRow[] }> = z.looseObject({
  entries: z.array(
    z.looseObject({
      name: z.string(),
      func: z.string(),
      queue: z.string(),
      cron: z.string().nullable().describe('Null for an interval'),
      intervalSec: z.number().nonnegative().nullable(),
      timeZone: z.string().nullable(),
      backfill: z.boolean(),
      holder: z.string().nullable().describe('The scheduler that looks after it; null if none does'),
      nextTick: z.string().nullable().describe('ISO time'),
      lastTick: z.string().nullable(),
      lastJobId: z.string().nullable(),
    }),
  ),
})

export const cronList = dataMethod({
  summary: 'The cron entries of all daemons: when they fired and will fire, and who looks after them.',
  changes: false,
  params: z.strictObject({}),
  result,
  run: async ({ store }) => ({ entries: await listCronEntries(store.redis, store.keys) }),
})
