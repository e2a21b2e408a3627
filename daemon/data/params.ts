/** Parameters and parts of results that several methods have. */
import type * as zod from 'zod'
import { RqdError, coerceError } from '../../src/errors.js'
import type { QueueCounts } from '../../src/fleet/queues.js'
import { requirePackage } from '../../src/require.js'

const { z } = requirePackage('zod') as typeof zod

/** Ids that one call takes: it ends soon, and its line is far from the longest one allowed. */
export const MOST_IDS = 1_000

// What lies in Redis may hold an empty one.
export const jobIds = z.array(z.string()).min(1).max(MOST_IDS).describe(`Ids of jobs, 1 to ${MOST_IDS}`)

export const someQueues = z.array(z.string().min(1)).default([]).describe('Names of queues; all known ones if empty')

const places = z.int().nonnegative().nullable()

/** How many jobs of a queue are where, in answers. */
export const queueCountsShape = {
  queue: z.string(),
  queued: places.describe('Null where the key holds something else'),
  started: places,
  finished: places,
  failed: places,
  deferred: places,
  scheduled: places,
  canceled: places,
} satisfies Record<keyof QueueCounts, zod.ZodType>

/** What could not be done, and why. */
export interface Refusal {
  readonly id: string
  readonly code: string | null
  readonly message: string
}

export const refusals: zod.ZodType<Refusal[]> = z.array(
  z.looseObject({
    id: z.string(),
    code: z.string().nullable().describe('The stable name of the error'),
    message: z.string(),
  }),
)

/** Do something to each of some jobs, one after another; what one refuses stops no other. @throws RqdError RQD_REDIS */
export async function eachJob(
  ids: readonly string[],
  act: (id: string) => Promise<void>,
): Promise<{ done: string[]; failures: Refusal[] }> {
  const done: string[] = []
  const failures: Refusal[] = []
  for (const id of new Set(ids)) {
    try {
      await act(id)
      done.push(id)
    } catch (thrown) {
      const error = coerceError(thrown)
      if (!(error instanceof RqdError)) throw error
      failures.push({ id, code: error.code, message: error.message })
    }
  }
  return { done, failures }
}

/** A time as ISO text, in milliseconds; null for none. */
export function isoOf(epochMs: number | null | undefined): string | null {
  if (epochMs === null || epochMs === undefined) return null
  const date = new Date(epochMs)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
