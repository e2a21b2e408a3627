import type { VNode } from 'preact'
import type { QueueReport } from '../../../src/fleet/queue-report.js'
import { type JobPlaceName, jobPlaces } from '../../../src/fleet/job-place.js'
import { printable } from '../../printable.js'
import { formValue } from '../form-value.js'
import { type JobsQuery, isLooking, jobsPath } from '../pages/jobs-query.js'
import type { PageContext } from '../pages/page.js'
import { Count } from './text.js'

/** Queues that can be chosen from; the others by their page. */
const MOST_QUEUES = 500

type Context = Pick<PageContext, 'links'>

/** The states, with how many jobs are in each. */
export function StateTabs({
  context,
  query,
  queues,
}: {
  readonly context: Context
  readonly query: JobsQuery
  readonly queues: readonly QueueReport[]
}): VNode {
  const { links } = context
  return (
    <nav class="tabs" id="job-states" data-live aria-label="States">
      <a
        href={jobsPath(query, { statuses: [] }, links)}
        aria-current={query.statuses.length === 0 ? 'page' : undefined}
      >
        all
      </a>
      {jobPlaces.map((place) => (
        <a
          href={jobsPath(query, { statuses: [place] }, links)}
          aria-current={query.statuses.includes(place) ? 'page' : undefined}
        >
          {place} <Count value={sum(queues, place)} />
        </a>
      ))}
    </nav>
  )
}

function sum(queues: readonly QueueReport[], place: JobPlaceName): number {
  return queues.reduce((total, queue) => total + (queue[place] ?? 0), 0)
}

/** What is looked for. It is sent by GET: the address says what is shown. */
export function JobFilters({
  context,
  query,
  queues,
}: {
  readonly context: Context
  readonly query: JobsQuery
  readonly queues: readonly string[]
}): VNode {
  const { links } = context
  const isMany = query.queues.length > 1
  const [only] = query.queues
  const others = isMany ? queues.filter((queue) => !query.queues.includes(queue)) : queues
  const known = only !== undefined && !isMany && !others.includes(only) ? [only, ...others] : others
  return (
    <form class="filters" method="get" action={links.to('/jobs')} role="search" aria-label="Filters">
      {query.statuses.map((status) => (
        <input type="hidden" name="status" value={status} />
      ))}
      {isMany ? query.queues.map((queue) => <input type="hidden" name="queue" value={formValue(queue)} />) : null}
      <label>
        Queue
        <select name="queue">
          <option value="">{isMany ? `these ${query.queues.length}, or one more` : 'all queues'}</option>
          {known.slice(0, MOST_QUEUES).map((queue) => (
            <option value={formValue(queue)} selected={!isMany && queue === only}>
              {printable(queue)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Function (* and ? match)
        <input type="text" name="func" value={query.func ?? ''} placeholder="mail.*" />
      </label>
      <label>
        Text in the traceback
        <input type="text" name="error" value={query.error ?? ''} />
      </label>
      <label>
        In this state longer than
        <input type="text" name="older-than" value={query.olderThan ?? ''} placeholder="90, 5m, 2h, 1d" size={12} />
      </label>
      <button type="submit" class="button primary">
        Show
      </button>
      {isLooking(query) || query.queues.length > 0 ? (
        <a class="button" href={links.to('/jobs', { status: query.statuses })}>
          Show all
        </a>
      ) : null}
    </form>
  )
}
