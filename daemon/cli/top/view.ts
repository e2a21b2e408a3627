import type { ExecutorStatus, Status } from '../../control/operations.js'

/** By what executors are sorted. `worker`: as the daemon lists them. */
export type Sort = 'worker' | 'queue' | 'age' | 'memory' | 'done'

/** A job to be ended; `tenant`: whose it is, on a daemon with tenants. */
interface Stop {
  readonly kind: 'stop'
  readonly jobId: string
  readonly tenant?: string
}

/** What is asked before it is done. */
export type Question = Stop | { readonly kind: 'drain' }

/** What is shown, beside what the daemon says. */
export interface View {
  readonly sort: Sort
  /** The executor on which the cursor stands, by rowId. Undefined, or gone: the first. */
  readonly selected: string | undefined
  readonly asking: Question | undefined
  readonly help: boolean
  /** A line about what was done last. */
  readonly note: string | undefined
}

/** What a key asks of somebody else than the view. */
export type Wish = { readonly kind: 'quit' | 'look' | 'pause' | 'resume' | 'drain' } | Stop

export const firstView: View = { sort: 'worker', selected: undefined, asking: undefined, help: false, note: undefined }

/** Keys that sort. */
const sorts: ReadonlyMap<string, Sort> = new Map([
  ['w', 'worker'],
  ['u', 'queue'],
  ['a', 'age'],
  ['m', 'memory'],
  ['n', 'done'],
])

/** How far a key moves the cursor, rows. */
const moves: ReadonlyMap<string, number> = new Map([
  ['up', -1],
  ['k', -1],
  ['down', 1],
  ['j', 1],
  ['pageup', -10],
  ['pagedown', 10],
  ['home', -Infinity],
  ['end', Infinity],
])

/** What a key does: how it changes the view, and what it asks for. Keys as `readKey` names them; others do nothing. */
export function press(view: View, key: string, status: Status): { view: View; wish?: Wish } {
  if (key === 'ctrl-c') return { view, wish: { kind: 'quit' } }
  if (view.asking !== undefined) return answer(view, view.asking, key)
  if (view.help) return key === 'q' ? { view, wish: { kind: 'quit' } } : { view: { ...view, help: false } }
  const calm: View = { ...view, note: undefined }
  const sort = sorts.get(key)
  if (sort !== undefined) return { view: { ...calm, sort } }
  const move = moves.get(key)
  if (move !== undefined) return { view: { ...calm, selected: moved(view, status, move) } }
  switch (key) {
    case 'q':
      return { view, wish: { kind: 'quit' } }
    case 'h':
    case '?':
      return { view: { ...calm, help: true } }
    case 'space':
      return { view: calm, wish: { kind: 'look' } }
    case 'p':
      return { view: calm, wish: { kind: isHeld(status) ? 'resume' : 'pause' } }
    case 'd':
      return { view: { ...calm, asking: { kind: 'drain' } } }
    case 's': {
      const row = selectedRow(view, status)
      if (row === undefined) return { view: { ...calm, note: 'There is no executor.' } }
      if (row.jobId === null) return { view: { ...calm, note: `${row.worker} runs no job.` } }
      const whose = typeof row.tenant === 'string' ? { tenant: row.tenant } : {}
      return { view: { ...calm, asking: { kind: 'stop', jobId: row.jobId, ...whose } } }
    }
  }
  return { view }
}

function answer(view: View, asking: Question, key: string): { view: View; wish?: Wish } {
  const done: View = { ...view, asking: undefined }
  if (key === 'y') return { view: done, wish: asking }
  return { view: { ...done, note: 'Nothing was done.' } }
}

/** Whether `resume` is what there is to do. */
function isHeld({ state }: Status): boolean {
  return state === 'paused' || state === 'draining' || state === 'drained'
}

/** The executors in the order in which they are shown. */
export function sortedRows({ executors }: Status, sort: Sort): ExecutorStatus[] {
  const rows = [...executors]
  const most = (of: (row: ExecutorStatus) => number | null): ExecutorStatus[] =>
    rows.sort((a, b) => (of(b) ?? -1) - (of(a) ?? -1))
  switch (sort) {
    case 'worker':
      return rows
    case 'queue':
      return rows.sort((a, b) => compareNames(a.queue, b.queue))
    case 'age':
      return most((row) => row.runningSec)
    case 'memory':
      return most((row) => row.rssBytes)
    case 'done':
      return most((row) => row.jobsDone)
  }
}

/** Those without a name come last. */
function compareNames(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return a < b ? -1 : 1
}

/** Two executors serve one worker while one is being replaced. */
export function rowId({ worker, pid }: ExecutorStatus): string {
  return `${worker} ${pid ?? '-'}`
}

/** Where the cursor stands among the rows: on the executor, or on the one that took its place. */
export function selectedIndex({ selected }: View, rows: readonly ExecutorStatus[]): number {
  if (selected === undefined) return 0
  const same = rows.findIndex((row) => rowId(row) === selected)
  if (same !== -1) return same
  return Math.max(
    0,
    rows.findIndex(({ worker }) => selected.startsWith(`${worker} `)),
  )
}

export function selectedRow(view: View, status: Status): ExecutorStatus | undefined {
  const rows = sortedRows(status, view.sort)
  return rows[selectedIndex(view, rows)]
}

function moved(view: View, status: Status, by: number): string | undefined {
  const rows = sortedRows(status, view.sort)
  const to = Math.min(Math.max(0, selectedIndex(view, rows) + by), rows.length - 1)
  const row = rows[to]
  return row === undefined ? undefined : rowId(row)
}
