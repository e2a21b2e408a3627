import type { Redis } from 'ioredis'
import { pipelined } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'
import { familyReader, registryNames, type KeyFamily } from '../redis/key-family.js'
import { judgeKey, judgeSupervisor } from './judge-key.js'
import { numberOf, scanKeys, textOf } from './scan.js'
import { step, type QueuePart, type Step } from './step.js'
import { suspect, type Suspect } from './suspect.js'

/** Read with the jobs, or known by others. */
const skipped: readonly KeyFamily['family'][] = ['job', 'other']
/** They hang on a job, which is looked for. */
const hanging: readonly KeyFamily['family'][] = ['dependents', 'dependencies', 'results']

/** Keys by their names: which queues there are, and what is wrong with keys as a whole. */
export async function readNames(redis: Redis, keys: Keys, cursor: string): Promise<Step> {
  const familyOf = familyReader(keys)
  const { page, cursor: next, total } = await scanKeys(redis, keys, cursor)
  const rows = page.map((key) => ({ key, is: familyOf(key) })).filter(({ is }) => !skipped.includes(is.family))
  const facts = await pipelined(redis, rows, 3, (pipeline, { key, is }) => {
    pipeline
      .type(key)
      .ttl(key)
      .exists(hanging.includes(is.family) ? keys.job(is.id) : key)
  })
  const suspects: Suspect[] = []
  const parts: QueuePart[] = []
  rows.forEach(({ key, is }, i) => {
    const [type, ttl, exists] = facts[i] ?? []
    const read = { key, type: textOf(type) ?? 'none', expires: numberOf(ttl) !== -1, hasJob: numberOf(exists) === 1 }
    const wrong = judgeKey(read, is)
    suspects.push(...wrong)
    const part = partOf(is)
    if (part !== undefined && wrong.length === 0) parts.push(part)
  })
  suspects.push(...(await unknownQueues(redis, keys, parts)))
  suspects.push(...(await orphanedSupervisors(redis, keys, rows)))
  return step({ cursor: next, looked: page.length, total, suspects, parts })
}

function partOf({ family, queue }: KeyFamily): QueuePart | undefined {
  if (family === 'queueWorkers') return { part: 'workers', queue }
  if (family === 'queue' || family === 'intermediate') return { part: family, queue }
  const registry = registryNames.find((name) => name === family)
  return registry === undefined ? undefined : { part: registry, queue }
}

async function unknownQueues(redis: Redis, keys: Keys, parts: readonly QueuePart[]): Promise<Suspect[]> {
  const holding = parts.filter(({ part }) => part !== 'workers' && part !== 'intermediate')
  const queues = [...new Set(holding.map(({ queue }) => queue))]
  const known = await pipelined(redis, queues, 1, (pipeline, queue) => {
    pipeline.sismember(keys.queues, keys.queue(queue))
  })
  return queues
    .filter((_, i) => numberOf(known[i]?.[0]) === 0)
    .map((queue) => suspect({ kind: 'queue-unknown', key: keys.queues, queue, found: 'it is not among its members' }))
}

async function orphanedSupervisors(
  redis: Redis,
  keys: Keys,
  rows: readonly { readonly is: KeyFamily }[],
): Promise<Suspect[]> {
  const found = rows.filter(({ is }) => is.family === 'claims' || is.family === 'supervisor').map(({ is }) => is.id)
  const ids = [...new Set(found)]
  const leases = await pipelined(redis, ids, 1, (pipeline, id) => pipeline.zscore(keys.supervisors, id))
  // Those that have one are judged by it in their own part.
  return ids.filter((_, i) => textOf(leases[i]?.[0]) === null).flatMap((id) => judgeSupervisor(id, null, 0, keys))
}
