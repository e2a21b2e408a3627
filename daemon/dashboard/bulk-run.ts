import { RqdError } from '../../src/errors.js'
import type { DataCaller } from '../data/caller.js'
import { JobWalk, type WalkParams } from '../data/job-walk.js'

/** What is done to many jobs. */
export type BulkKind = 'requeue' | 'delete' | 'empty'

/** Which jobs: by id, or those that a filter of `jobs.ids` finds. */
export type BulkSelection = { readonly ids: readonly string[] } | Omit<WalkParams, 'limit' | 'before'>

/** What is wanted, and by whom. */
export interface BulkRequest {
  readonly kind: BulkKind
  readonly selection: BulkSelection
  /** Who wants it, for those who see the run. */
  readonly by: string
  /** What it is about, in words. */
  readonly about?: string
  /** How many jobs it looks at, as far as is known. An `empty` deletes so many at most. */
  readonly total?: number
}

/** A job that could not be requeued or deleted. */
export interface BulkRefusal {
  readonly id: string
  readonly reason: string
}

/** What a step has done. */
export interface BulkStep {
  /** How many jobs were looked at for it. */
  readonly looked: number
  readonly done: number
  readonly refusals: readonly BulkRefusal[]
}

/** Jobs of one call: Redis is held up for about a millisecond. */
const AT_ONCE = 100
/** Jobs of one call that empties a queue. */
const EMPTY_AT_ONCE = 500
/** Ids that one selection may name. */
export const MOST_IDS = 10_000

/**
 * Refuse what nobody can mean.
 * @throws RqdError RQD_BAD_OPTION
 */
export function checkRequest({ kind, selection, total }: BulkRequest): void {
  if (kind === 'empty') {
    if (placeOf(selection) !== undefined && total !== undefined) return
    throw wrong(
      'a queue is to be emptied; expected one queue, one status of jobs that do not run, and how many they are',
    )
  }
  if ('ids' in selection) {
    const count = selection.ids.length
    if (count > 0 && count <= MOST_IDS) return
    throw wrong(`${count} ids are selected; expected 1 to ${MOST_IDS}, or a filter instead`)
  }
  const statuses = selection.statuses ?? []
  if (kind === 'requeue') {
    const other = statuses.find((status) => status !== 'failed')
    if (other === undefined) return
    throw wrong(`jobs of status ${other} are to be requeued; expected failed ones only`)
  }
  if (statuses.length === 0) throw wrong('no status is selected; expected those whose jobs are to be deleted')
  if (statuses.includes('started')) {
    throw wrong('jobs that run are to be deleted; stop them first, and delete what is left of them')
  }
}

/** The one place that is to be emptied; undefined if it is not one. */
function placeOf(selection: BulkSelection) {
  if ('ids' in selection) return undefined
  const { queues = [], statuses = [] } = selection
  const [queue] = queues
  const [status] = statuses
  if (queue === undefined || status === undefined || queues.length + statuses.length > 2) return undefined
  return status === 'started' ? undefined : { queue, status }
}

function wrong(text: string): RqdError {
  return new RqdError('RQD_BAD_OPTION', `bulk run: ${text}`)
}

/**
 * Do it to those that are what they are since before `beforeMs`, epoch milliseconds: what fails again meanwhile is left
 * alone. One step after another; whoever asks for no further one stops it there.
 * @throws RqdError RQD_REDIS
 */
export async function* bulkSteps(
  data: Pick<DataCaller, 'call'>,
  { kind, selection, total = 0 }: BulkRequest,
  beforeMs: number,
): AsyncGenerator<BulkStep, void> {
  if (kind === 'empty') {
    yield* emptySteps(data, selection, total)
    return
  }
  if ('ids' in selection) {
    const ids = [...new Set(selection.ids)]
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE)
      const { done, refusals } = await act(data, kind, some, null)
      yield { looked: some.length, done: done.length, refusals }
    }
    return
  }
  const statuses = kind === 'requeue' ? (['failed'] as const) : (selection.statuses ?? [])
  const before = new Date(beforeMs).toISOString()
  // One more may come from the step before.
  const walk = new JobWalk(data, { ...selection, statuses: [...statuses], before, limit: AT_ONCE - 1 })
  let part = await walk.next()
  while (part !== undefined) {
    const done: string[] = []
    const refusals: BulkRefusal[] = []
    for (const queue of new Set(part.jobs.map((job) => job.queue))) {
      const ids = part.jobs.filter((job) => job.queue === queue).map(({ id }) => id)
      const step = await act(data, kind, ids, queue)
      done.push(...step.done)
      refusals.push(...step.refusals)
    }
    yield { looked: part.looked, done: done.length, refusals }
    part = await walk.next(done)
  }
}

/** From the front on: what comes meanwhile is left there, as long as no worker takes what was before it. */
async function* emptySteps(
  data: Pick<DataCaller, 'call'>,
  selection: BulkSelection,
  total: number,
): AsyncGenerator<BulkStep, void> {
  const place = placeOf(selection)
  if (place === undefined) return
  for (let left = total; left > 0;) {
    const { deleted, ...rest } = await data.call('empty', { ...place, limit: Math.min(EMPTY_AT_ONCE, left) })
    left = deleted === 0 || rest.left === 0 ? 0 : left - deleted
    yield { looked: deleted, done: deleted, refusals: [] }
  }
}

/** @param queue where the jobs failed; null: where their own data says */
async function act(
  data: Pick<DataCaller, 'call'>,
  kind: Exclude<BulkKind, 'empty'>,
  ids: string[],
  queue: string | null,
): Promise<{ done: string[]; refusals: readonly BulkRefusal[] }> {
  if (kind === 'requeue') {
    const { requeued, failures } = await data.call('requeue', { ids, queue })
    return { done: requeued, refusals: failures }
  }
  const { deleted, failures } = await data.call('delete', { ids })
  return { done: deleted, refusals: failures.map(({ id, message }) => ({ id, reason: message })) }
}
