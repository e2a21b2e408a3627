import type * as zod from 'zod'
import { UPGRADE_HOLD_MS, holdUpgrade } from '../../src/fleet/upgrade-hold.js'
import { requirePackage } from '../../src/require.js'
import { dataMethod } from './method.js'

const { z } = requirePackage('zod') as typeof zod

const result: zod.ZodType<{ held: boolean; by: string | null }> = z.looseObject({
  held: z.boolean().describe('Whether it is the caller'),
  by: z.string().nullable().describe('Who else it is, as they say'),
})

/** Keeps two restarts of all daemons from taking down two daemons at a time. */
export const upgradeHold = dataMethod({
  summary: `Be the only one who restarts the daemons one by one, for ${UPGRADE_HOLD_MS / 1000} s from now; call it again to go on.`,
  changes: true,
  params: z.strictObject({
    token: z.string().min(1).max(100).describe('Random, of this restart alone'),
    by: z.string().max(200).default('').describe('Who it is, such as `ann@host pid 4711`; nobody checks it'),
    release: z.boolean().default(false).describe('Give it up'),
  }),
  result,
  run: async ({ store: { redis, keys } }, params) => {
    const by = await holdUpgrade(redis, keys, params)
    return { held: by === undefined && !params.release, by: by ?? null }
  },
})
