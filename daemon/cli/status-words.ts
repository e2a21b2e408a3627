import type { DaemonState, ExecutorStatus, QueueStatus } from '../control/operations.js'
import { type Cell, type Colours, type Column, formatAge, formatBytes, printable } from './output.js'

/** The colour of a state of the daemon or of an executor. */
export function colourOf(state: DaemonState | ExecutorStatus['state'], colours: Colours): (text: string) => string {
  switch (state) {
    case 'running':
    case 'idle':
      return colours.green
    case 'busy':
      return colours.cyan
    case 'backoff':
    case 'fatal':
      return colours.red
    default:
      return colours.yellow
  }
}

/** Whether jobs are taken from a queue. */
export function queueStateCell({ paused, pausedEverywhere }: QueueStatus, colours: Colours): Cell {
  if (pausedEverywhere) return { text: 'paused everywhere', colour: colours.yellow }
  return paused ? { text: 'paused', colour: colours.yellow } : { text: 'open', colour: colours.green }
}

/** The title of a counter: handedBack is HANDED BACK. A line of all of them fits 80 columns. */
export function counterTitle(name: string): string {
  return (name === 'executorDeaths' ? 'deaths' : name).replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase()
}

/** The job of an executor, and how many more it runs. */
export function jobText({ jobId, running }: ExecutorStatus): string {
  return running > 1 ? `${textOr(jobId)} +${running - 1}` : textOr(jobId)
}

/** What is shown of an executor in every table: worker, state, job, tenant if there are any, queue, function, age, memory, PSS, jobs done. */
export function executorCells(row: ExecutorStatus, colours: Colours): Cell[] {
  return [
    printable(row.worker),
    { text: row.state, colour: colourOf(row.state, colours) },
    jobText(row),
    ...tenantCells(row),
    textOr(row.queue),
    textOr(row.func),
    formatAge(row.runningSec),
    formatBytes(row.rssBytes),
    formatBytes(row.pssBytes),
    String(row.jobsDone),
  ]
}

interface OfTenant {
  readonly tenant?: string | null | undefined
}

/** The tenant of a row, on a daemon that has some. */
export function tenantCells({ tenant }: OfTenant): Cell[] {
  return tenant === undefined ? [] : [textOr(tenant)]
}

/** Columns with one for the tenant before that of the queue, if rows have any. */
export function withTenant<C extends Column>(columns: readonly C[], rows: readonly OfTenant[]): (C | Column)[] {
  if (rows.every(({ tenant }) => tenant === undefined)) return [...columns]
  return columns.flatMap((column) => {
    if (column.title !== 'QUEUE') return [column]
    const { fromWidth } = column
    return [{ title: 'TENANT', shrinks: true, ...(fromWidth === undefined ? {} : { fromWidth }) }, column]
  })
}

/** Text of others, or `-` where there is none. */
export function textOr(text: string | null): string {
  return text === null ? '-' : printable(text)
}
