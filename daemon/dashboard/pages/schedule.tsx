import type { VNode } from 'preact'
import type { QueueReport } from '../../../src/fleet/queue-report.js'
import type { ScheduledRow } from '../../data/schedule.js'
import { printable } from '../../printable.js'
import { Empty } from '../view/empty.js'
import { ActionButton } from '../view/form.js'
import { QueueFilter } from '../view/queue-filter.js'
import { Ago, Count, JobText, countText } from '../view/text.js'
import { CronTable } from './cron-table.js'
import type { Page, PageContext } from './page.js'
import { Rows, unseen } from '../view/rows.js'

const PAGE_SIZE = 50

/** What will be queued when: scheduled jobs, those that wait for others, and cron entries. */
export const schedulePage: Page = async (context) => {
  const { data, query, links } = context
  const queue = query.get('queue') ?? ''
  const cursor = query.get('cursor')
  const [{ jobs, total, unattended, cursor: next }, { queues }, { entries }] = await Promise.all([
    data.call('schedule', { queues: queue === '' ? [] : [queue], cursor, limit: PAGE_SIZE }),
    data.call('queues', {}),
    data.call('cron.list', {}),
  ])
  const back = pathWith({ queue, cursor: cursor ?? '' })
  const deferred = queues.filter((report) => (report.deferred ?? 0) > 0)
  return {
    title: 'Schedule',
    section: 'Schedule',
    body: (
      <>
        <header class="page-head">
          <h1>Schedule</h1>
          <p class="aside" id="schedule-sum" data-live>
            {countText(total)} {total === 1 ? 'job waits for its' : 'jobs wait for their'} time. Those that are due
            first come first.
          </p>
        </header>
        <QueueFilter {...{ context, path: '/schedule', queues: queues.map((each) => each.queue), chosen: queue }} />
        <section id="scheduled" data-live aria-label="Scheduled jobs">
          <Unattended queues={unattended} />
          {jobs.length === 0 ? (
            <Empty text={cursor === null ? 'No job waits for its time.' : 'There are no more.'} />
          ) : (
            <ScheduledTable context={context} jobs={jobs} back={back} />
          )}
          <nav class="buttons" aria-label="Parts of the list">
            {cursor === null ? null : (
              <a class="button" href={links.to('/schedule', { queue })}>
                From the first
              </a>
            )}
            {next === null ? null : (
              <a class="button" rel="next" href={links.to('/schedule', { queue, cursor: next })}>
                Next {PAGE_SIZE}
              </a>
            )}
          </nav>
        </section>
        <section id="deferred" data-live aria-labelledby="deferred-title">
          <h2 id="deferred-title">Waiting for other jobs</h2>
          <Deferred context={context} queues={deferred} />
        </section>
        <section id="cron" data-live aria-labelledby="cron-title">
          <h2 id="cron-title">Cron</h2>
          <CronTable context={context} entries={entries} />
        </section>
      </>
    ),
  }
}

function pathWith(query: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  return params.size === 0 ? '/schedule' : `/schedule?${params.toString()}`
}

const MOST_NAMED = 5

function Unattended({ queues }: { readonly queues: readonly string[] }): VNode | null {
  if (queues.length === 0) return null
  const more = queues.length > MOST_NAMED ? ` and ${queues.length - MOST_NAMED} more` : ''
  return (
    <p class="note refused">
      No scheduler looks after {queues.slice(0, MOST_NAMED).map(printable).join(', ')}
      {more}: nothing is queued there when its time comes. A daemon that takes jobs from a queue looks after it, unless
      it runs without its scheduler.
    </p>
  )
}

function ScheduledTable(props: {
  readonly context: PageContext
  readonly jobs: readonly ScheduledRow[]
  readonly back: string
}): VNode {
  const { context, jobs, back } = props
  return (
    <Rows label="Scheduled jobs" heads={['due', 'job', 'queue', 'description', 'made', unseen('Actions')]}>
      {jobs.map((job) => (
        <ScheduledLine context={context} job={job} back={back} />
      ))}
    </Rows>
  )
}

function ScheduledLine(props: {
  readonly context: PageContext
  readonly job: ScheduledRow
  readonly back: string
}): VNode {
  const { context, job, back } = props
  const { id, queue, gone } = job
  const form = { context, back, fields: { id, queue }, about: printable(id) }
  return (
    <tr>
      <td>
        <Ago iso={job.dueAt} nowMs={context.nowMs} />
      </td>
      <th scope="row">
        <a class="open id" href={context.links.job(id)}>
          {printable(id)}
        </a>
        <br />
        <JobText text={job.func} most={80} />
      </th>
      <td>
        <a href={context.links.jobs(queue, 'scheduled')}>{printable(queue)}</a>
      </td>
      <td>{gone ? <span class="alarming">its data is gone</span> : <JobText text={job.description} most={120} />}</td>
      <td>
        <Ago iso={job.createdAt} nowMs={context.nowMs} />
      </td>
      <td class="actions">
        {gone ? null : (
          <>
            <ActionButton {...form} action="schedule-run-now" label="Run now" />
            <ActionButton {...form} action="schedule-cancel" label="Cancel" kind="danger" />
          </>
        )}
      </td>
    </tr>
  )
}

function Deferred(props: { readonly context: PageContext; readonly queues: readonly QueueReport[] }): VNode {
  const { context, queues } = props
  if (queues.length === 0) return <Empty text="No job waits for another one." />
  return (
    <ul class="plain">
      {queues.map(({ queue, deferred }) => (
        <li>
          <a href={context.links.jobs(queue, 'deferred')}>
            {printable(queue)}: <Count value={deferred} />
          </a>
        </li>
      ))}
    </ul>
  )
}
