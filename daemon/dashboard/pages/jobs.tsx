import type { VNode } from 'preact'
import { RqdError } from '../../../src/errors.js'
import type { JobRow } from '../../data/jobs.js'
import { printable } from '../../printable.js'
import { Empty } from '../view/empty.js'
import { JobTable } from '../view/job-table.js'
import { JobFilters, StateTabs } from '../view/job-filters.js'
import { Links } from '../view/links.js'
import { countText } from '../view/text.js'
import { type JobsQuery, isLooking, jobsPath, readJobsQuery } from './jobs-query.js'
import type { Page, PageContent, PageContext } from './page.js'

/** Rows of a page, about: the last part that is read is shown whole. */
const SOME_ROWS = 50
/** Jobs that one call looks at where most may be left out. */
const LOOKED_AT_ONCE = 100
/** Calls for one page: a rare job in a long list is found page by page. */
const MOST_CALLS = 6

/** Jobs by queue, state and filters, a page at a time. */
export const jobsPage: Page = async (context) => {
  const id = context.query.get('find')?.trim() ?? ''
  if (id !== '') return find(id, context)
  const query = readJobsQuery(context.query)
  const [{ queues }, part] = await Promise.all([context.data.call('queues', {}), read(query, context)])
  const counted = queues.filter(({ queue }) => query.queues.length === 0 || query.queues.includes(queue))
  return {
    title: 'Jobs',
    section: 'Jobs',
    body: (
      <>
        <header class="page-head">
          <h1>Jobs</h1>
          <p class="aside">
            {query.queues.length === 0 ? 'of all queues' : `of ${query.queues.map(printable).join(', ')}`}
          </p>
        </header>
        <StateTabs context={context} query={query} queues={counted} />
        <JobFilters context={context} query={query} queues={queues.map(({ queue }) => queue)} />
        <section id="jobs" data-live aria-label="Jobs">
          {part.jobs.length === 0 ? <Nothing query={query} part={part} /> : null}
          {part.jobs.length === 0 ? null : (
            <JobTable context={context} jobs={part.jobs} places={query.statuses} back={addressBack(query)} />
          )}
          <Pager context={context} query={query} part={part} />
        </section>
      </>
    ),
  }
}

interface Part {
  readonly jobs: readonly JobRow[]
  readonly looked: number
  readonly cursor: string | null
}

/** Parts may be empty and not the last: some are read for a page. */
async function read(query: JobsQuery, { data }: PageContext): Promise<Part> {
  const { queues, statuses, func, error, olderThanSec } = query
  const filter = { queues: [...queues], statuses: [...statuses], func, error, olderThanSec }
  const found: JobRow[] = []
  let looked = 0
  let { cursor } = query
  for (let call = 0; call < MOST_CALLS; call++) {
    const limit = isLooking(query) ? LOOKED_AT_ONCE : SOME_ROWS - found.length
    const part = await data.call('jobs', { ...filter, cursor, limit })
    found.push(...part.jobs)
    looked += part.looked
    cursor = part.cursor
    if (cursor === null || found.length >= SOME_ROWS) break
  }
  return { jobs: found, looked, cursor }
}

/** To the job itself, where there is one of this id. */
async function find(id: string, context: PageContext): Promise<PageContent> {
  const { data, links } = context
  const page = { title: 'Jobs', section: 'Jobs' } as const
  try {
    await data.call('job.graph', { id })
    return { ...page, body: null, goTo: links.job(id) }
  } catch (thrown) {
    if (!(thrown instanceof RqdError) || thrown.code !== 'RQD_NO_SUCH_JOB') throw thrown
  }
  const pattern = id.includes('*') ? id : `*${id}*`
  return {
    ...page,
    status: 404,
    body: (
      <section class="panel narrow" id="not-found">
        <h1>No such job</h1>
        <p>
          There is no job with the id <code>{printable(id)}</code>.
        </p>
        <p class="buttons">
          <a class="button primary" href={links.to('/jobs', { func: pattern })}>
            Jobs whose function matches {printable(pattern)}
          </a>
          <a class="button" href={links.job(id)}>
            Traces of this id
          </a>
        </p>
      </section>
    ),
  }
}

function Nothing({ query, part }: { readonly query: JobsQuery; readonly part: Part }): VNode {
  if (part.cursor !== null) return <Empty text="None of the jobs looked at so far matches: go on to look at more." />
  if (isLooking(query)) return <Empty text="No job matches." />
  return (
    <Empty text={query.statuses.length === 0 ? 'There are no jobs.' : `No job is ${query.statuses.join(' or ')}.`} />
  )
}

function Pager({
  context,
  query,
  part,
}: {
  readonly context: PageContext
  readonly query: JobsQuery
  readonly part: Part
}): VNode {
  const { links } = context
  return (
    <nav class="pager row" aria-label="Pages">
      <span class="none">
        {isLooking(query)
          ? `looked at ${countText(part.looked)} jobs, ${countText(part.jobs.length)} match`
          : `${countText(part.jobs.length)} jobs`}
      </span>
      <span>
        {query.cursor === null ? null : (
          <a class="button" href={jobsPath(query, {}, links)}>
            To the first
          </a>
        )}{' '}
        {part.cursor === null ? null : (
          <a class="button" rel="next" href={jobsPath(query, { cursor: part.cursor }, links)}>
            {isLooking(query) ? 'Look at more' : 'Next'}
          </a>
        )}
      </span>
    </nav>
  )
}

/** Where actions lead back to, below the mount. */
function addressBack(query: JobsQuery): string {
  return jobsPath(query, { cursor: query.cursor }, new Links(''))
}
