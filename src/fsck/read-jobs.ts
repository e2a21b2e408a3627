import type { ChainableCommander, Redis } from 'ioredis'
import { pipelined } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'
import { familyReader, registryKey, type RegistryName } from '../redis/key-family.js'
import { judgeJob, type JobFacts } from './judge-job.js'
import { sampleMemory } from './memory.js'
import { numberOf, scanKeys, textOf, textsOf } from './scan.js'
import { step, type Step } from './step.js'
import { suspect, type Suspect } from './suspect.js'

const FIELDS = [
  'status',
  'origin',
  'result_ttl',
  'failure_ttl',
  'allow_dependency_failures',
  'dependency_ids',
  'worker_name',
] as const
/** Jobs of a stretch whose memory is measured. */
const SAMPLES = 10
/** Notes of dependents that a step looks at, of each job. */
const MOST_DEPENDENTS = 1_000

const registryOf: Partial<Record<string, RegistryName>> = {
  finished: 'finished',
  failed: 'failed',
  stopped: 'failed',
  deferred: 'deferred',
  scheduled: 'scheduled',
}

/** A stretch of all keys: the jobs among them, and the notes of who waits for them. */
export async function readJobs(redis: Redis, keys: Keys, cursor: string): Promise<Step> {
  const familyOf = familyReader(keys)
  const { page, cursor: next, total } = await scanKeys(redis, keys, cursor)
  const named = page.map((key) => familyOf(key))
  const ids = named.filter(({ family }) => family === 'job').map(({ id }) => id)
  const jobs = await readFacts(redis, keys, ids)
  const counts: Record<string, number> = {}
  for (const { origin } of jobs) counts[origin ?? ''] = (counts[origin ?? ''] ?? 0) + 1
  const related = named.filter(({ family }) => family === 'dependents').map(({ id }) => id)
  return step({
    cursor: next,
    looked: page.length,
    total,
    counts,
    suspects: [...jobs.flatMap((facts) => judgeJob(facts, keys)), ...(await lostDependents(redis, keys, related))],
    waiting: jobs
      .filter(({ status, hasData }) => status === 'queued' && hasData)
      .map(({ id, origin }) => ({ id, queue: origin ?? '', key: keys.job(id) })),
    samples: await sampleMemory(redis, keys, ids.slice(0, SAMPLES)),
  })
}

async function readFacts(redis: Redis, keys: Keys, ids: readonly string[]): Promise<JobFacts[]> {
  const hashes = await pipelined(redis, ids, 3, (pipeline, id) => {
    pipeline
      .hmget(keys.job(id), ...FIELDS)
      .hexists(keys.job(id), 'data')
      .ttl(keys.job(id))
  })
  const rows = ids.flatMap((id, i) => {
    const [fields, data, ttl] = hashes[i] ?? []
    // Gone by now, or no hash: that is judged by its name.
    if (fields?.error !== undefined || numberOf(ttl) === -2) return []
    const texts = textsOf(fields)
    return [{ id, texts, hasData: numberOf(data) === 1, expires: numberOf(ttl) !== -1 }]
  })
  const places = await pipelined(redis, rows, 2, (pipeline, { id, texts: [status, origin] }) => {
    addPlaces(pipeline, keys, id, status ?? '', origin ?? '')
  })
  const facts: JobFacts[] = []
  for (const [i, { id, texts, hasData, expires }] of rows.entries()) {
    const [status = null, origin = null, resultTtl = null, failureTtl = null, lenient, listed, worker] = texts
    const [score, second] = places[i] ?? []
    const parents = status === 'deferred' ? await readParents(redis, keys, [...textsOf(second), ...idsOf(listed)]) : []
    const runs = worker === 'sync' || textOf(score) !== null || numberOf(second) === 1
    const terms = { resultTtl, failureTtl, score: textOf(score), lenient: lenient === '1' }
    facts.push({ id, status, origin, hasData, expires, runs, parents, ...terms })
  }
  return facts
}

// Two commands for each job, whatever its status.
function addPlaces(pipeline: ChainableCommander, keys: Keys, id: string, status: string, origin: string): void {
  const registry = registryOf[status] ?? 'wip'
  pipeline.zscore(registryKey(keys, registry, origin), id)
  if (status === 'deferred') pipeline.smembers(keys.dependencies(id))
  else pipeline.exists(keys.executions(id))
}

async function readParents(redis: Redis, keys: Keys, ids: readonly (string | null)[]): Promise<(string | null)[]> {
  const parents = [...new Set(ids.filter((id) => id !== null))]
  const read = await pipelined(redis, parents, 2, (pipeline, id) => {
    pipeline.exists(keys.job(id)).hget(keys.job(id), 'status')
  })
  return read.map(([exists, status]) => (numberOf(exists) === 1 ? (textOf(status) ?? '') : null))
}

function idsOf(json: string | null | undefined): string[] {
  try {
    const ids: unknown = JSON.parse(json ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

async function lostDependents(redis: Redis, keys: Keys, parents: readonly string[]): Promise<Suspect[]> {
  const sets = await pipelined(redis, parents, 1, (pipeline, parent) => {
    pipeline.sscan(keys.dependents(parent), 0, 'COUNT', MOST_DEPENDENTS)
  })
  const pairs = parents.flatMap((parent, i) => {
    const page = sets[i]?.[0]
    const members = page?.error === undefined && Array.isArray(page?.reply) ? (page.reply[1] as string[]) : []
    return members.map((child) => ({ parent, child }))
  })
  const read = await pipelined(redis, pairs, 1, (pipeline, { child }) => pipeline.exists(keys.job(child)))
  return pairs
    .filter((_, i) => numberOf(read[i]?.[0]) === 0)
    .map(({ parent, child }) => {
      const found = `no job ${child}`
      const own = { key: keys.dependents(parent), id: parent, entry: child, place: 'dependent' }
      return suspect({ kind: 'dependent-without-job', found, ...own })
    })
}
