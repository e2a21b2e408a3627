import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import type { BulkRun } from '../bulk-runs.js'
import { ActionButton, type FormContext } from './form.js'
import { countText } from './text.js'

/** How long the end of a run is shown on every page. */
const SHOWN_MS = 60_000

const words: Readonly<Record<BulkRun['kind'], { readonly noun: string; readonly done: string }>> = {
  requeue: { noun: 'Requeue', done: 'requeued' },
  delete: { noun: 'Delete', done: 'deleted' },
  empty: { noun: 'Empty', done: 'deleted' },
}

/** Runs on many jobs, above every page: those that go on, and those that have ended a moment ago. */
export function RunsStrip(props: {
  readonly context: FormContext
  readonly runs: readonly BulkRun[]
  readonly nowMs: number
  /** The page that shows them, below the mount. */
  readonly back: string
}): VNode | null {
  const { runs, nowMs } = props
  const shown = runs.filter(({ endedAt }) => endedAt === null || nowMs - Date.parse(endedAt) < SHOWN_MS)
  if (shown.length === 0) return null
  return (
    <section aria-label="Runs on many jobs">
      {shown.map((run) => (
        <RunLine {...props} run={run} />
      ))}
    </section>
  )
}

function RunLine(props: { readonly context: FormContext; readonly run: BulkRun; readonly back: string }): VNode {
  const { context, run, back } = props
  const { id, kind, state, about, by } = run
  const form = { context, back, fields: { run: id }, about: printable(about) }
  return (
    <div class={`note row ${noteKind(run)}`} id={`run-${id}`}>
      <span>
        {words[kind].noun} {printable(about)} ({printable(by)}): {stateText(run)}
      </span>
      {state === 'running' ? (
        <progress
          value={run.total === null ? undefined : Math.min(run.looked, run.total)}
          max={run.total ?? undefined}
        />
      ) : null}
      {state === 'waiting' ? <ActionButton {...form} action="run-undo" label="Undo" kind="primary" /> : null}
      {state === 'running' ? <ActionButton {...form} action="run-stop" label="Stop" kind="danger" /> : null}
    </div>
  )
}

function noteKind({ state, refused }: BulkRun): string {
  if (state === 'waiting' || state === 'running') return 'pending'
  return state === 'failed' || refused > 0 ? 'refused' : 'done'
}

/** How a run stands, in words. */
export function stateText(run: BulkRun): string {
  const { state, kind, undoMs, done, refused, refusals, error } = run
  const refusal =
    refusals[0] === undefined ? '' : `, such as ${printable(refusals[0].id)}: ${printable(refusals[0].reason)}`
  const sum = `${countText(done)} ${words[kind].done}${refused === 0 ? '' : `, ${countText(refused)} refused${refusal}`}`
  switch (state) {
    case 'waiting':
      return `begins in ${Math.ceil(undoMs / 1000)} s.`
    case 'running':
      return `${sum} so far.`
    case 'done':
      return `${sum}.`
    case 'stopped':
      return `stopped half-way: ${sum}.`
    case 'undone':
      return 'undone, nothing has happened.'
    case 'failed':
      return `ended by an error after ${sum}: ${printable(error ?? 'unknown')}`
    default:
      return state satisfies never
  }
}
