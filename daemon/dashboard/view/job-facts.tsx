import type { VNode } from 'preact'
import { formatAge } from '../../../src/age-text.js'
import type { JobDocument } from '../../data/job-document.js'
import { printable } from '../../printable.js'
import { Ago, JobText, Span, countText, spanText } from './text.js'

/** The times of a job, in their order, with what lies between. */
export function Timeline({ job, nowMs }: { readonly job: JobDocument; readonly nowMs: number }): VNode | null {
  const steps = stepsOf(job)
  if (steps.length === 0) return null
  return (
    <ol class="timeline" aria-label="Times">
      {steps.map(({ name, iso }, i) => {
        const before = steps[i - 1]
        const sec = before === undefined ? 0 : (Date.parse(iso) - Date.parse(before.iso)) / 1000
        return (
          <li>
            <span class="none">{name}</span> <Ago iso={iso} nowMs={nowMs} />
            {before === undefined || sec <= 0 ? null : <span class="gap">after {spanText(sec)}</span>}
          </li>
        )
      })}
    </ol>
  )
}

/** What has a time. A job that runs again has been enqueued after its last end: so by time, not by name. */
export function stepsOf(job: JobDocument): { name: string; iso: string }[] {
  const due = job.places.find(({ place }) => place === 'scheduled')?.at
  const steps: readonly (readonly [string, string | null | undefined])[] = [
    ['created', job.createdAt],
    ['enqueued', job.enqueuedAt],
    ['started', job.startedAt],
    ['last sign of life', job.status === 'started' ? job.lastHeartbeat : null],
    ['ended', job.endedAt],
    ['due', due],
    ['removed', job.expiresAt],
  ]
  return steps
    .flatMap(([name, iso]) => (iso === null || iso === undefined ? [] : [{ name, iso }]))
    .sort((a, b) => Date.parse(a.iso) - Date.parse(b.iso))
}

/** The queue and the registries that hold it. */
export function Places({ job, nowMs }: { readonly job: JobDocument; readonly nowMs: number }): VNode {
  if (job.places.length === 0) return <p class="none">On no queue and in no registry.</p>
  return (
    <ul class="plain-list">
      {job.places.map(({ place, queue, at, before }) => (
        <li>
          {place === 'queued' ? `on queue ${printable(queue)}` : `among the ${place} jobs of ${printable(queue)}`}
          {place === 'queued' ? `, ${aheadText(before)}` : null}
          {at === null ? null : (
            <>
              , {wordOf(place)} <Ago iso={at} nowMs={nowMs} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

function aheadText(before: number | null): string {
  if (before === null) return 'in its middle'
  if (before === 0) return 'the next in line'
  return before === 1 ? 'behind one job' : `behind ${countText(before)} jobs`
}

/** What the time means under which a job stands in a registry. */
function wordOf(place: string): string {
  if (place === 'scheduled') return 'due'
  return place === 'failed' || place === 'finished' || place === 'started' ? 'to be removed' : 'since'
}

/** How it was asked to be run. What was not asked for is left out. */
export function JobOptions({ job }: { readonly job: JobDocument }): VNode {
  const facts = optionsOf(job)
  if (facts.length === 0) return <p class="none">None were given.</p>
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}

function optionsOf(job: JobDocument): [string, VNode | string][] {
  const { callbacks } = job
  const facts: [string, VNode | string | null][] = [
    ['Timeout', limit(job.timeoutSec, 'none')],
    ['Waits at most', limit(job.ttlSec, 'for ever')],
    ['Result kept', limit(job.resultTtlSec, 'for ever')],
    ['Failure kept', limit(job.failureTtlSec, 'for ever')],
    ['Retries left', timesLeft(job.retriesLeft, job.retryIntervalsSec)],
    ['Retried so far', job.numberOfRetries === null ? null : countText(job.numberOfRetries)],
    ['Repeats left', timesLeft(job.repeatsLeft, job.repeatIntervalsSec)],
    ['Executors it has ended', job.deaths === 0 ? null : countText(job.deaths)],
    ['Group', job.group === null ? null : printable(job.group)],
    ['Runs after failures, too', job.allowDependencyFailures ? 'yes' : null],
    ['Called after success', named(callbacks.success)],
    ['Called after failure', named(callbacks.failure)],
    ['Called after a stop', named(callbacks.stopped)],
    ['Webhooks', job.webhooks === 0 ? null : countText(job.webhooks)],
  ]
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
}

function limit(sec: number | null, never: string): VNode | string | null {
  if (sec === null) return null
  return sec < 0 ? never : <Span sec={sec} />
}

function timesLeft(count: number | null, intervalsSec: readonly number[] | null): string | null {
  if (count === null) return null
  const after = (intervalsSec ?? []).filter((sec) => sec > 0)
  const shown = after.slice(0, 10).map(formatAge).join(', ')
  return `${countText(count)}${shown === '' ? '' : `, after ${shown}${after.length > 10 ? ', …' : ''}`}`
}

function named(name: string | null): VNode | null {
  return name === null ? null : <JobText text={name} />
}
