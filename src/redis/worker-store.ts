import { rqDefaults } from '../rq-defaults.js'
import type { Registration } from './lease.js'
import { asInteger, asText, runScript } from './script.js'
import { scripts } from './scripts.js'
import type { Store } from './store.js'

/** What became of workers that a supervisor wanted to add. `taken`: the name that a live worker has already. */
export type EnlistReply = 'enlisted' | 'lost' | { readonly taken: string }

/**
 * Register further workers of a supervisor. `allWorkers`: those that it has then.
 * @returns `lost` if the supervisor has no record any more. @throws RqdError RQD_REDIS
 */
export async function enlistWorkers(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  more: {
    supervisorId: string
    queues: readonly string[]
    allWorkers: readonly string[]
    workers: Registration['workers']
  },
): Promise<EnlistReply> {
  const { supervisorId, queues, allWorkers, workers } = more
  const reply = asText(
    await runScript(redis, scripts.enlist, {
      keys: { supervisors: keys.supervisors, supervisor: keys.supervisor(supervisorId), workers: keys.workers },
      args: {
        prefix: keys.prefix,
        supervisorId,
        workerTtlSec: rqDefaults.workerTtlSec,
        queues: JSON.stringify(queues),
        allWorkers: JSON.stringify(allWorkers),
      },
      records: workers.map(({ name, fields }) => ({ worker: name, fields: JSON.stringify(fields) })),
    }),
  )
  return reply === 'enlisted' || reply === 'lost' ? reply : { taken: reply.slice('taken '.length) }
}

/**
 * Let some workers of a supervisor die, as RQ's do. `allWorkers`: those that are left.
 * @returns how many there were. @throws RqdError RQD_REDIS
 */
export async function dismissWorkers(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  fewer: {
    supervisorId: string
    nowIso: string
    queues: readonly string[]
    allWorkers: readonly string[]
    workers: readonly string[]
  },
): Promise<number> {
  const { supervisorId, nowIso, queues, allWorkers, workers } = fewer
  return asInteger(
    await runScript(redis, scripts.dismiss, {
      keys: { supervisor: keys.supervisor(supervisorId), workers: keys.workers },
      args: {
        prefix: keys.prefix,
        supervisorId,
        nowIso,
        queues: JSON.stringify(queues),
        allWorkers: JSON.stringify(allWorkers),
      },
      records: workers.map((worker) => ({ worker })),
    }),
  )
}
