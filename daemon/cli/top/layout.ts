import type { ExecutorStatus, QueueStatus, Status } from '../../control/operations.js'
import {
  type Cell,
  type Colours,
  type Column,
  cutTo,
  formatAge,
  formatBytes,
  formatCount,
  lengthOf,
  printable,
  renderTable,
} from '../output.js'
import { colourOf, counterTitle, executorCells, queueStateCell, tenantCells, withTenant } from '../status-words.js'
import { helpLines } from './help.js'
import { type Rates, queueKey } from './rates.js'
import { type Question, type Sort, type View, selectedIndex, sortedRows } from './view.js'

/** All that a screen shows. */
export interface Scene {
  readonly status: Status
  readonly rates: Rates | undefined
  readonly view: View
  /** Why the daemon does not answer, and for how long; undefined while it does. */
  readonly away: { readonly reason: string; readonly sec: number } | undefined
}

export interface Size {
  readonly columns: number
  readonly rows: number
  readonly colours: Colours
}

/** Lines of a screen that are no row of a table: head 3, counters 4, two titles, what is left out twice, note, keys. */
const FIXED_LINES = 13
const COUNTER_LINES = 4
/** Queues have so many rows before executors take what they need. */
const QUEUE_ROWS = 4

/** A screen: `rows` lines, the keys on the last one. */
export function renderTop(scene: Scene, size: Size): string[] {
  const { status, rates, view } = scene
  const { rows, columns, colours } = size
  const keys = fitLine(keyCells(colours), columns, '  ')
  if (view.help) return filled(helpLines(colours), [keys], rows)
  const hasCounters = rows >= FIXED_LINES + 4
  const executors = sortedRows(status, view.sort)
  const room = shareRows(rows - FIXED_LINES + (hasCounters ? 0 : COUNTER_LINES), executors.length, status.queues.length)
  const lines = [
    ...headLines(scene, size),
    '',
    ...(hasCounters ? [...counterLines(status, rates, size), ''] : []),
    ...executorLines(executors, view, room.executors, size),
    ...queueLines(status.queues, rates, room.queues, size),
  ]
  return filled(lines, [noteLine(scene, size), keys], rows)
}

/** Lines above, lines at the foot, and nothing between them. */
function filled(above: readonly string[], foot: readonly string[], rows: number): string[] {
  const space = Math.max(0, rows - foot.length)
  const filler = Array.from({ length: Math.max(0, space - above.length) }, () => '')
  return [...above.slice(0, space), ...filler, ...foot].slice(-rows)
}

/** How many rows of each table fit: queues keep a few, executors have what they need, the rest is the queues'. */
export function shareRows(room: number, executors: number, queues: number): { executors: number; queues: number } {
  const space = Math.max(2, room)
  const forQueues = Math.min(queues, Math.max(QUEUE_ROWS, space - executors), space - 1)
  return { executors: Math.min(executors, space - forQueues), queues: forQueues }
}

function headLines({ status, away }: Scene, { columns, colours }: Size): string[] {
  const { redis, executors } = status
  const state =
    away === undefined ? { text: status.state, colour: colourOf(status.state, colours) } : red('away', colours)
  const trip = redis.roundTripMs === null ? '' : `, ${redis.roundTripMs.toFixed(1)} ms`
  const link = redis.connected ? `Redis connected${trip}` : red('Redis not connected', colours)
  const running = executors.reduce((sum, each) => sum + each.running, 0)
  const rssBytes = executors.reduce((sum, each) => sum + (each.rssBytes ?? 0), 0)
  const busy = executors.filter((each) => each.state === 'busy').length
  return [
    fitLine(
      [
        { text: printable(status.name), colour: colours.bold },
        state,
        link,
        `up ${formatAge(status.uptimeSec)}`,
        `pid ${status.pid}`,
        `rqd ${printable(status.version)}`,
      ],
      columns,
      '  ',
    ),
    fitLine(
      [
        `${busy} of ${formatCount(executors.length, 'executor')} busy`,
        `${formatCount(running, 'job')} running`,
        `${formatBytes(rssBytes)} resident`,
        { text: printable(redis.url), colour: colours.dim },
      ],
      columns,
      '  ',
    ),
  ]
}

function counterLines(status: Status, rates: Rates | undefined, { columns, colours }: Size): string[] {
  const names = Object.keys(status.counters)
  return tableLines(
    names.map((name) => ({ title: counterTitle(name), right: true })),
    [
      Object.values(status.counters).map(String),
      names.map((name): Cell => {
        const rate = rates?.counters[name] ?? 0
        return { text: `${formatRate(rate)}/s`, colour: rate > 0 ? colours.green : colours.dim }
      }),
    ],
    { columns, colours },
  )
}

interface SortedColumn extends Column {
  readonly sort?: Sort
}

const executorColumns: readonly SortedColumn[] = [
  { title: '' },
  { title: 'WORKER', shrinks: true, sort: 'worker' },
  { title: 'STATE' },
  { title: 'JOB', shrinks: true },
  { title: 'QUEUE', shrinks: true, fromWidth: 90, sort: 'queue' },
  { title: 'FUNCTION', shrinks: true, fromWidth: 110 },
  { title: 'RUNNING', right: true, sort: 'age' },
  { title: 'MEMORY', right: true, sort: 'memory' },
  { title: 'PSS', right: true, fromWidth: 120 },
  { title: 'DONE', right: true, sort: 'done' },
]

function executorLines(rows: readonly ExecutorStatus[], view: View, room: number, size: Size): string[] {
  const { colours } = size
  const at = selectedIndex(view, rows)
  // The cursor is always seen; as few rows as can be are left out above.
  const from = Math.max(0, Math.min(at - room + 1, rows.length - room))
  const shown = rows.slice(from, from + room)
  const columns = withTenant(executorColumns, rows).map((column: SortedColumn) =>
    column.sort === view.sort ? { ...column, title: `${column.title}*` } : column,
  )
  const cells = shown.map((row, i): Cell[] => [from + i === at ? '>' : '', ...executorCells(row, colours)])
  const lines = tableLines(columns, cells, size).map((line, i) => (i - 1 + from === at ? colours.inverse(line) : line))
  return [...lines, restLine(rows.length - shown.length, 'executor', colours)]
}

const queueColumns: readonly Column[] = [
  { title: 'QUEUE', shrinks: true },
  { title: 'WAITING', right: true },
  { title: 'CHANGE', right: true },
  { title: 'OLDEST', right: true },
  { title: 'STATE' },
]

function queueLines(queues: readonly QueueStatus[], rates: Rates | undefined, room: number, size: Size): string[] {
  const { colours } = size
  const cells = queues.slice(0, room).map((row): Cell[] => {
    const rate = rates?.queues[queueKey(row)] ?? 0
    const sign = rate > 0 ? '+' : ''
    return [
      ...tenantCells(row),
      printable(row.name),
      row.depth === null ? '?' : String(row.depth),
      { text: `${sign}${formatRate(rate)}/s`, colour: rate > 0 ? colours.yellow : colours.dim },
      formatAge(row.oldestAgeSec),
      queueStateCell(row, colours),
    ]
  })
  return [
    ...tableLines(withTenant(queueColumns, queues), cells, size),
    restLine(queues.length - room, 'queue', colours),
  ]
}

/** The gap below a table, which says what of it does not fit. */
function restLine(count: number, noun: string, colours: Colours): string {
  return count > 0 ? colours.dim(`  and ${formatCount(count, `more ${noun}`)}`) : ''
}

/** The line above the keys: what is asked, what is wrong, or what was done. */
function noteLine({ view, away, status }: Scene, { columns, colours }: Size): string {
  if (view.asking !== undefined) return colours.bold(colours.yellow(cutTo(questionText(view.asking), columns)))
  if (away !== undefined) {
    const text = `daemon away, trying again for ${formatAge(away.sec)}: ${printable(away.reason)}`
    return colours.red(cutTo(text, columns))
  }
  if (view.note !== undefined) return cutTo(printable(view.note), columns)
  const stricken = status.executors.find(({ state }) => state === 'backoff' || state === 'fatal')
  if (stricken === undefined) return ''
  const { worker, failures, trouble } = stricken
  return colours.red(cutTo(printable(`${worker} has lost ${failures} executors in a row: ${trouble ?? '?'}`), columns))
}

function questionText(question: Question): string {
  return question.kind === 'stop'
    ? `Stop job ${printable(question.jobId)} for good, without a retry? y/n`
    : 'Start no more jobs until somebody resumes (drain)? y/n'
}

function keyCells(colours: Colours): Cell[] {
  const keys = ['q quit', 'h help', 'p pause/resume', 's stop job', 'd drain', 'arrows select', 'w u a m n sort']
  return keys.map((text) => ({ text, colour: colours.dim }))
}

/** As many of the parts as fit, the first ones first. */
function fitLine(cells: readonly Cell[], columns: number, gap: string): string {
  let used = 0
  const fitting: string[] = []
  for (const cell of cells) {
    const { text, colour } = typeof cell === 'string' ? { text: cell, colour: (plain: string) => plain } : cell
    const room = columns - used - (fitting.length === 0 ? 0 : gap.length)
    if (lengthOf(text) > room && fitting.length > 0) break
    fitting.push(colour(cutTo(text, room)))
    used = columns - room + lengthOf(text)
  }
  return fitting.join(gap)
}

function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { columns: width, colours }: Pick<Size, 'columns' | 'colours'>,
): string[] {
  return renderTable(columns, rows, { width, colours }).trimEnd().split('\n')
}

function red(text: string, colours: Colours): Cell {
  return { text, colour: colours.red }
}

/** `0`, `0.3`, `12`, `-4.5`. */
function formatRate(perSec: number): string {
  const text = Math.abs(perSec) < 10 ? perSec.toFixed(1) : String(Math.round(perSec))
  return text.replace(/^-?0\.0$/, '0')
}
