import type { VNode } from 'preact'
import type { JobDocument } from '../../data/job-document.js'
import { ActionButton, type FormContext } from './form.js'
import { Links } from './links.js'

/** Where a job can be taken off before it runs. */
const waiting: readonly string[] = ['queued', 'deferred', 'scheduled']

/** What can be done to a job as it is. */
export function JobButtons({ context, job }: { readonly context: FormContext; readonly job: JobDocument }): VNode {
  const { id, status, places, dependentCount } = job
  const lies = (place: string): boolean => places.some((each) => each.place === place)
  const isRunning = status === 'started'
  const form = { context, back: new Links('').job(id), fields: { id } }
  const withDependents = { id, dependents: 'yes' }
  const isWaiting = !isRunning && status !== 'canceled' && waiting.some((place) => place === status || lies(place))
  return (
    <div class="buttons" role="group" aria-label="Actions">
      {lies('failed') ? <ActionButton {...form} action="job-requeue" label="Requeue" kind="primary" /> : null}
      {isRunning ? <ActionButton {...form} action="job-stop" label="Stop" kind="danger" /> : null}
      {isWaiting ? <ActionButton {...form} action="job-cancel" label="Cancel" /> : null}
      {isWaiting && dependentCount > 0 ? (
        <ActionButton
          {...form}
          fields={withDependents}
          action="job-cancel"
          label="Cancel, and let its dependents run"
        />
      ) : null}
      <ActionButton {...form} action="job-delete" label="Delete" kind="danger" />
      {dependentCount > 0 ? (
        <ActionButton
          {...form}
          fields={withDependents}
          action="job-delete"
          label="Delete with its dependents"
          kind="danger"
        />
      ) : null}
    </div>
  )
}
