/** The lines of `rqctl jobs`, printed as they come. */
import type { JobRow } from '../data/jobs.js'
import type { Context } from './context.js'
import type { Template } from './format.js'
import { type Cell, type Colours, type Column, formatAge, printable, tableInParts } from './output.js'

export const jobRowFields = [
  'id',
  'status',
  'place',
  'queue',
  'func',
  'description',
  'createdAt',
  'enqueuedAt',
  'startedAt',
  'endedAt',
  'dueAt',
  'ageSec',
  'worker',
  'error',
  'gone',
] as const satisfies (keyof JobRow)[]

/** Makes text of rows. */
export interface RowPrinter {
  rows(rows: readonly JobRow[]): string
  /** What follows the last of them. `more`: they were cut off there. */
  end(more: boolean): string
}

/** As a table, as one JSON document, or by a template. */
export function rowPrinter(context: Context, template: Template | undefined): RowPrinter {
  if (template !== undefined) return { rows: (rows) => rows.map(template).join(''), end: () => '' }
  return context.json ? jsonPrinter() : tablePrinter(context)
}

/** `{"jobs": [...], "more": false}`, written in parts. */
function jsonPrinter(): RowPrinter {
  let count = 0
  return {
    rows: (rows) => rows.map((row) => `${count++ === 0 ? '{\n  "jobs": [' : ','}\n    ${JSON.stringify(row)}`).join(''),
    end: (more) => `${count === 0 ? '{\n  "jobs": [' : '\n  '}],\n  "more": ${more}\n}\n`,
  }
}

const columns: Column[] = [
  { title: 'JOB', shrinks: true },
  { title: 'STATUS' },
  { title: 'QUEUE', shrinks: true },
  { title: 'AGE', right: true },
  { title: 'FUNCTION', shrinks: true },
  { title: 'WORKER', shrinks: true, fromWidth: 140 },
  { title: 'ERROR', shrinks: true, fromWidth: 110 },
]

function tablePrinter(context: Context): RowPrinter {
  const { colours } = context
  const table = tableInParts(columns, context)
  let isEmpty = true
  return {
    rows: (rows) => {
      isEmpty = false
      return table(rows.map((row) => cellsOf(row, colours)))
    },
    end: () => (isEmpty ? 'No jobs.\n' : ''),
  }
}

function cellsOf(row: JobRow, colours: Colours): Cell[] {
  const status = row.gone ? 'gone' : (row.status ?? '?')
  return [
    printable(row.id),
    { text: printable(status), colour: colourOf(status, colours) },
    printable(row.queue),
    formatAge(row.ageSec),
    textOr(row.func),
    textOr(row.worker),
    textOr(row.error),
  ]
}

/** How a status is coloured. */
export function colourOf(status: string, colours: Colours): (text: string) => string {
  switch (status) {
    case 'started':
      return colours.cyan
    case 'finished':
      return colours.green
    case 'failed':
    case 'stopped':
      return colours.red
    case 'canceled':
    case 'gone':
      return colours.dim
    default:
      return colours.yellow
  }
}

function textOr(text: string | null): string {
  return text === null ? '-' : printable(text)
}
