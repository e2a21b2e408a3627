import { RqdError } from '../../src/errors.js'
import type { DataCaller } from '../data/caller.js'
import { JobWalk, type WalkParams } from '../data/job-walk.js'

/** What is done to many jobs. */
export type BulkKind = 'requeue' | 'delete'

/** Which jobs: by id, or those that a filter of `jobs.ids` finds. */
export type BulkSelection = { readonly ids: readonly string[] } | Omit<WalkParams, 'limit' | 'before'>

/** What is wanted, and by whom. */
export interface BulkRequest {
  readonly kind: BulkKind
  readonly selection: BulkSelection
  /** Who wants it, for those who see the run. */
  readonly by: string
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
  readonly done: readonly string[]
  readonly refusals: readonly BulkRefusal[]
}

/** Jobs of one call: Redis is held up for about a millisecond. */
const AT_ONCE = 100
/** Ids that one selection may name. */
export const MOST_IDS = 10_000

/**
 * Refuse what nobody can mean.
 * @throws RqdError RQD_BAD_OPTION
 */
export function checkRequest({ kind, selection }: BulkRequest): void {
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
  { kind, selection }: BulkRequest,
  beforeMs: number,
): AsyncGenerator<BulkStep, void> {
  if ('ids' in selection) {
    const ids = [...new Set(selection.ids)]
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE)
      yield { looked: some.length, ...(await act(data, kind, some, null)) }
    }
    return
  }
  const statuses = kind === 'requeue' ? (['failed'] as const) : (selection.statuses ?? [])
  const before = new Date(beforeMs).toISOString()
  // One more may come from the step before.
  const walk = new JobWalk(data, { ...selection, statuses: [...statuses], before, limit: AT_ONCE - 1 })
  let gone: readonly string[] = []
  for (let part = await walk.next(); part !== undefined; part = await walk.next(gone)) {
    const done: string[] = []
    const refusals: BulkRefusal[] = []
    for (const queue of new Set(part.jobs.map((job) => job.queue))) {
      const ids = part.jobs.filter((job) => job.queue === queue).map(({ id }) => id)
      const step = await act(data, kind, ids, queue)
      done.push(...step.done)
      refusals.push(...step.refusals)
    }
    gone = done
    yield { looked: part.looked, done, refusals }
  }
}

/** @param queue where the jobs failed; null: where their own data says */
async function act(
  data: Pick<DataCaller, 'call'>,
  kind: BulkKind,
  ids: string[],
  queue: string | null,
): Promise<Pick<BulkStep, 'done' | 'refusals'>> {
  if (kind === 'requeue') {
    const { requeued, failures } = await data.call('requeue', { ids, queue })
    return { done: requeued, refusals: failures }
  }
  const { deleted, failures } = await data.call('delete', { ids })
  return { done: deleted, refusals: failures.map(({ id, message }) => ({ id, reason: message })) }
}
