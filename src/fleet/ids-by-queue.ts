import type { Store } from '../redis/store.js'
import { type Outcome, pipelined } from './pipeline.js'

/** Job ids by the queue that each job's hash names. Those that name none are left out. @throws RqdError RQD_REDIS */
export async function idsByQueue({ redis, keys }: Store, jobIds: readonly string[]): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>()
  const outcomes = await pipelined(redis, jobIds, 1, (pipeline, id) => pipeline.hget(keys.job(id), 'origin'))
  jobIds.forEach((id, i) => {
    const origin = originIn(outcomes[i]?.[0])
    if (origin === '') return
    const group = groups.get(origin)
    if (group === undefined) groups.set(origin, [id])
    else group.push(id)
  })
  return groups
}

function originIn(outcome: Outcome | undefined): string {
  return outcome?.error === undefined && typeof outcome?.reply === 'string' ? outcome.reply : ''
}
