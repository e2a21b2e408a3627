import type * as zod from 'zod'
import { type PauseAudience, type Pauses, pauseAudience } from '../../src/fleet/pauses.js'
import type { WorkerPlace } from '../../src/fleet/worker.js'
import type { Store } from '../../src/redis/store.js'
import { requirePackage } from '../../src/require.js'

const { z } = requirePackage('zod') as typeof zod

/** What is paused for all daemons, and who heeds it. */
export type PausesWithAudience = Pauses & PauseAudience

export const pausesWithAudienceSchema: zod.ZodType<PausesWithAudience> = z.looseObject({
  all: z.boolean().describe('Whether every queue is'),
  queues: z.array(z.string()).describe('Those that are paused by name'),
  daemons: z.array(z.string()).describe('Names of the living daemons, which heed it'),
  rqWorkers: z.int().nonnegative().describe('Living workers of Python RQ, which do not'),
})

/** Do something about what is paused, and tell what is then. */
export async function pausesWithAudience(
  store: Store,
  act: (place: WorkerPlace) => Promise<Pauses>,
): Promise<PausesWithAudience> {
  const place = { connection: store.redis, prefix: store.keys.prefix }
  return { ...(await act(place)), ...(await pauseAudience(place)) }
}
