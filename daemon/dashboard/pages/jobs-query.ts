import { parseDurationSec } from '../../../src/duration.js'
import { RqdError } from '../../../src/errors.js'
import { type JobPlaceName, jobPlaces } from '../../../src/fleet/job-place.js'
import { printable } from '../../printable.js'
import type { Links } from '../view/links.js'

/** Which jobs the list shows, as its address says. */
export interface JobsQuery {
  readonly queues: readonly string[]
  readonly statuses: readonly JobPlaceName[]
  /** A pattern for the function; null for any. So with the others. */
  readonly func: string | null
  readonly error: string | null
  /** As it was written. */
  readonly olderThan: string | null
  readonly olderThanSec: number | null
  readonly cursor: string | null
}

/** @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION */
export function readJobsQuery(query: URLSearchParams): JobsQuery {
  const olderThan = one(query, 'older-than')
  const olderThanSec = olderThan === null ? null : parseDurationSec(olderThan, 'older than')
  return {
    queues: [...new Set(all(query, 'queue'))],
    statuses: [...new Set(all(query, 'status').map(placeOf))],
    func: one(query, 'func'),
    error: one(query, 'error'),
    olderThan,
    olderThanSec: olderThanSec === null || olderThanSec < 0 ? null : olderThanSec,
    cursor: one(query, 'cursor'),
  }
}

/** The address of a list; it begins at the beginning unless there is a cursor among the changes. */
export function jobsPath(query: JobsQuery, changes: Partial<JobsQuery>, links: Pick<Links, 'to'>): string {
  const { queues, statuses, func, error, olderThan, cursor } = { ...query, cursor: null, ...changes }
  return links.to('/jobs', {
    queue: queues,
    status: statuses,
    func: func ?? undefined,
    error: error ?? undefined,
    'older-than': olderThan ?? undefined,
    cursor: cursor ?? undefined,
  })
}

/** Whether what jobs hold has to be looked at. */
export function isLooking({ func, error, olderThanSec }: JobsQuery): boolean {
  return func !== null || error !== null || olderThanSec !== null
}

function all(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).filter((value) => value !== '')
}

function one(query: URLSearchParams, name: string): string | null {
  const value = query.get(name)?.trim() ?? ''
  return value === '' ? null : value
}

function placeOf(text: string): JobPlaceName {
  const place = jobPlaces.find((each) => each === text)
  if (place !== undefined) return place
  throw new RqdError(
    'RQD_BAD_OPTION',
    `status is ${JSON.stringify(printable(text))}; expected one of ${jobPlaces.join(', ')}`,
  )
}
