import type { VNode } from 'preact'
import type { JobPlaceName } from '../../../src/fleet/job-place.js'
import type { JobRow } from '../../data/jobs.js'
import { printable } from '../../printable.js'
import { formValue } from '../form-value.js'
import type { PageContext } from '../pages/page.js'
import { ActionForm } from './form.js'
import { Ago, Badge, JobText } from './text.js'
import { Rows } from './rows.js'

/** The form that the boxes of the rows belong to. */
const FORM = 'chosen-jobs'

/** Where jobs can be taken off before they run. */
const waiting: readonly JobPlaceName[] = ['queued', 'deferred', 'scheduled']

interface Props {
  readonly context: PageContext
  readonly jobs: readonly JobRow[]
  /** The states that are listed; all if empty. What is not allowed in any of them is not offered. */
  readonly places: readonly JobPlaceName[]
  readonly back: string
}

/** Jobs as rows, of which some can be chosen. */
export function JobTable({ context, jobs, places, back }: Props): VNode {
  const canAct = context.visitor.role === 'operate'
  return (
    <>
      <ChosenForm context={context} places={places} back={back} />
      <Rows
        label="Table of jobs"
        heads={[
          ...(canAct ? [<input type="checkbox" data-all aria-label="Choose all jobs of this page" />] : []),
          'Job',
          'Status',
          'Function',
          'Since',
          'Queue',
          'Worker or error',
        ]}
        class="jobs"
      >
        {jobs.map((job) => (
          <Row context={context} job={job} canAct={canAct} />
        ))}
      </Rows>
    </>
  )
}

function ChosenForm({ context, places, back }: Omit<Props, 'jobs'>): VNode {
  const canRequeue = places.length === 0 || places.includes('failed')
  const canCancel = places.length > 0 && places.every((place) => waiting.includes(place))
  const to = (action: string): string => context.links.to(`/do/${action}`)
  return (
    <ActionForm context={context} action="jobs-delete" back={back} id={FORM} class="buttons" data-choice>
      <span>
        <span data-chosen>0</span> chosen
      </span>
      {canRequeue ? (
        <button type="submit" class="button" formaction={to('jobs-requeue')} data-needs-choice>
          Requeue chosen
        </button>
      ) : null}
      {canCancel ? (
        <button type="submit" class="button" formaction={to('jobs-cancel')} data-needs-choice>
          Cancel chosen
        </button>
      ) : null}
      <button type="submit" class="button danger" data-needs-choice>
        Delete chosen
      </button>
    </ActionForm>
  )
}

function Row({
  context,
  job,
  canAct,
}: {
  readonly context: PageContext
  readonly job: JobRow
  readonly canAct: boolean
}): VNode {
  const { links, nowMs } = context
  const id = printable(job.id)
  return (
    <tr id={`row-${job.place}-${job.id}`}>
      {canAct ? (
        <td>
          <input type="checkbox" name="id" value={formValue(job.id)} form={FORM} aria-label={`Choose job ${id}`} />
        </td>
      ) : null}
      <th scope="row">
        <a href={links.job(job.id)} class="open id">
          {id === '' ? '(empty id)' : id}
        </a>
      </th>
      <td>
        <Badge state={job.gone ? 'gone' : (job.status ?? job.place)} />
        {job.status !== null && job.status !== job.place && !alike(job) ? (
          <span class="none"> among the {job.place}</span>
        ) : null}
      </td>
      <td>
        <JobText text={job.func} most={80} />
        {job.description === null ||
        job.description === job.func ||
        job.description === `${job.func ?? ''}()` ? null : (
          <div class="sub">
            <JobText text={job.description} most={120} />
          </div>
        )}
      </td>
      <td>
        {job.dueAt === null ? null : 'due '}
        <Ago iso={job.dueAt ?? sinceOf(job)} nowMs={nowMs} />
      </td>
      <td>
        <a href={links.jobs(job.queue)}>{printable(job.queue)}</a>
      </td>
      <td>{job.error === null ? <JobText text={job.worker} most={60} /> : <JobText text={job.error} most={160} />}</td>
    </tr>
  )
}

/** Stopped jobs lie among the failed ones. */
function alike({ status, place }: JobRow): boolean {
  return place === 'failed' && status === 'stopped'
}

function sinceOf({ place, enqueuedAt, startedAt, endedAt, createdAt }: JobRow): string | null {
  if (place === 'queued') return enqueuedAt ?? createdAt
  if (place === 'started') return startedAt ?? enqueuedAt ?? createdAt
  if (place === 'failed' || place === 'finished') return endedAt ?? startedAt ?? createdAt
  return createdAt
}
