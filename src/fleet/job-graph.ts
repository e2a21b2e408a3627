import { NoSuchJobError } from '../errors.js'
import { parseJobHashLeniently } from '../job/hash.js'
import type { Store } from '../redis/store.js'
import { pipelined, type Outcome } from './pipeline.js'

/** A job among those that it waits for and those that wait for it. */
export interface GraphJob {
  readonly id: string
  /** What its hash says; null if it says nothing. */
  readonly status: string | null
  /** As whoever enqueued it described the call. */
  readonly description: string | null
  /** Its data is not there: deleted, or expired. */
  readonly gone: boolean
  /** Jobs that it waits for and that are not told of here. */
  readonly moreParents: number
  /** Jobs that wait for it and that are not told of here. */
  readonly moreDependents: number
}

/** Jobs around one of them. */
export interface JobGraph {
  /** The one that was asked about comes first. */
  readonly jobs: readonly GraphJob[]
  /** `to` waits for `from`, or did. */
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** How much of a graph is read. */
export interface GraphLimits {
  /** Steps away from the job, either way. */
  readonly levels: number
  /** Jobs in all, itself included; half of them on either side. */
  readonly mostJobs: number
}

const FIELDS = ['status', 'description', 'dependency_id', 'dependency_ids'] as const
/** Dependents of one job that are looked at. */
const SOME_DEPENDENTS = 50

interface Node {
  readonly id: string
  readonly status: string | null
  readonly description: string | null
  readonly gone: boolean
  readonly parents: readonly string[]
  /** Some of them. */
  readonly dependents: readonly string[]
  readonly dependentCount: number
}

/**
 * The jobs that a job waits for, and those that wait for it, some steps each way: one pipeline for each step.
 * @throws NoSuchJobError, RqdError RQD_REDIS
 */
export async function readJobGraph(store: Store, jobId: string, { levels, mostJobs }: GraphLimits): Promise<JobGraph> {
  const [root] = await readNodes(store, [jobId])
  if (root === undefined || root.gone) throw new NoSuchJobError(jobId)
  const known = new Map([[jobId, root]])
  const half = Math.floor((mostJobs - 1) / 2)
  await walk(store, root, known, { levels, room: half, next: ({ parents }) => parents })
  await walk(store, root, known, { levels, room: mostJobs - 1 - half, next: ({ dependents }) => dependents })
  return { jobs: [...known.values()].map((node) => told(node, known)), edges: edgesOf(known) }
}

async function walk(
  store: Store,
  root: Node,
  known: Map<string, Node>,
  { levels, room, next }: { levels: number; room: number; next: (node: Node) => readonly string[] },
): Promise<void> {
  let frontier: readonly Node[] = [root]
  let left = room
  for (let level = 0; level < levels && left > 0; level++) {
    const ids = [...new Set(frontier.flatMap(next))].filter((id) => !known.has(id)).slice(0, left)
    if (ids.length === 0) return
    frontier = await readNodes(store, ids)
    for (const node of frontier) known.set(node.id, node)
    left -= ids.length
  }
}

async function readNodes({ redis, keys }: Store, ids: readonly string[]): Promise<Node[]> {
  const outcomes = await pipelined(redis, ids, 3, (pipeline, id) => {
    pipeline
      .hmgetBuffer(keys.job(id), ...FIELDS)
      .scard(keys.dependents(id))
      .sscan(keys.dependents(id), 0, 'COUNT', SOME_DEPENDENTS)
  })
  return ids.map((id, i) => nodeOf(id, (outcomes[i] ?? []).map(replyOf)))
}

function nodeOf(id: string, [values, count, scan]: readonly unknown[]): Node {
  const fields = new Map<string, Uint8Array>()
  FIELDS.forEach((field, i) => {
    const value = Array.isArray(values) ? (values as unknown[])[i] : undefined
    if (Buffer.isBuffer(value)) fields.set(field, value)
  })
  const { hash } = parseJobHashLeniently(id, fields)
  // Sets have no order: sorted, the answer stays the same while nothing changes.
  const dependents = Array.isArray(scan) ? (scan[1] as string[]).slice(0, SOME_DEPENDENTS).sort() : []
  return {
    id,
    status: hash.status ?? null,
    description: hash.description ?? null,
    gone: fields.size === 0,
    parents: [...new Set(hash.dependencyIds)],
    dependents,
    dependentCount: typeof count === 'number' ? count : 0,
  }
}

function told(
  { id, status, description, gone, parents, dependents, dependentCount }: Node,
  known: Map<string, Node>,
): GraphJob {
  const isUntold = (other: string): boolean => !known.has(other)
  return {
    id,
    status,
    description,
    gone,
    moreParents: parents.filter(isUntold).length,
    moreDependents: dependents.filter(isUntold).length + Math.max(0, dependentCount - dependents.length),
  }
}

/** What has run is among the dependents of nobody, but still names what it waited for. */
function edgesOf(known: Map<string, Node>): { from: string; to: string }[] {
  const edges = new Map<string, { from: string; to: string }>()
  const add = (from: string, to: string): void => {
    if (known.has(from) && known.has(to)) edges.set(JSON.stringify([from, to]), { from, to })
  }
  for (const { id, parents, dependents } of known.values()) {
    for (const parent of parents) add(parent, id)
    for (const dependent of dependents) add(id, dependent)
  }
  return [...edges.values()]
}

function replyOf(outcome: Outcome): unknown {
  return outcome.error === undefined ? outcome.reply : undefined
}
