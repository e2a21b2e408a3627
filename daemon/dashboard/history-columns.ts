import type { HistoryRow } from '../data/history.js'

/** What a chart shows in one column: some minutes taken together. */
export interface HistoryColumn {
  /** When it begins, ISO time. */
  readonly at: string
  readonly minutes: number
  /** Jobs per minute. */
  readonly finishedPerMin: number
  /** Failed for good, or for another try. */
  readonly failedPerMin: number
  /** Mean, seconds; null where no job began, or none that is known of. */
  readonly meanWaitSec: number | null
  readonly longestWaitSec: number | null
  readonly meanRunSec: number | null
  /** As they were last; null where nobody has looked. */
  readonly waiting: number | null
  readonly failedJobs: number | null
  readonly busyWorkers: number | null
}

/** Put minutes together, the oldest first, so that there are so many columns at most. */
export function columnsOf(rows: readonly HistoryRow[], most: number): HistoryColumn[] {
  const width = Math.max(1, Math.ceil(rows.length / most))
  const columns: HistoryColumn[] = []
  // The newest column is a whole one.
  for (let end = rows.length; end > 0; end -= width)
    columns.unshift(columnOf(rows.slice(Math.max(0, end - width), end)))
  return columns
}

function columnOf(rows: readonly HistoryRow[]): HistoryColumn {
  const sum = (of: (row: HistoryRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const last = (of: (row: HistoryRow) => number | null): number | null =>
    rows.reduce<number | null>((found, row) => of(row) ?? found, null)
  const minutes = rows.length
  const runs = sum(({ finished, failed, retried }) => finished + failed + retried)
  const waits = sum((row) => row.waits)
  return {
    at: rows[0]?.at ?? '',
    minutes,
    finishedPerMin: sum(({ finished }) => finished) / minutes,
    failedPerMin: sum(({ failed, retried }) => failed + retried) / minutes,
    meanWaitSec: waits === 0 ? null : sum(({ waitSec }) => waitSec) / waits,
    longestWaitSec: waits === 0 ? null : Math.max(...rows.map(({ longestWaitSec }) => longestWaitSec)),
    meanRunSec: runs === 0 ? null : sum(({ runSec }) => runSec) / runs,
    waiting: last((row) => row.waiting),
    failedJobs: last((row) => row.failedJobs),
    busyWorkers: last((row) => row.busyWorkers),
  }
}
