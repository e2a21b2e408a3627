import { stripVTControlCharacters } from 'node:util'
import type { DaemonEvent } from '../events/event.js'
import { type Colours, cutTo, formatAge, formatCount, printable } from './output.js'

interface Screen {
  readonly colours: Colours
  /** Characters in a line; undefined: nothing is cut. */
  readonly width: number | undefined
}

const TYPE_WIDTH = 17

/** An event as a line for people: local time, kind, and what it says. */
export function describeEvent(event: DaemonEvent, { colours, width }: Screen): string {
  const time = timeOf(event.time)
  const head = `${time}  ${printable(event.type).padEnd(TYPE_WIDTH)}  `
  const text =
    event.missed === undefined ? what(event) : `(${formatCount(event.missed, 'event')} missed) ${what(event)}`
  const line = width === undefined ? head + text : cutTo(head + text, width)
  const colour = colourOf(event.type, colours)
  const type = line.slice(time.length + 2, head.length - 2)
  return (
    `${colours.dim(line.slice(0, time.length))}  ${colour(type)}${line.slice(time.length + 2 + type.length)}`.trimEnd() +
    '\n'
  )
}

function colourOf(type: string, colours: Colours): (text: string) => string {
  if (/failed|lost/.test(type)) return colours.red
  if (/retried|stopped|handed-back|recovered|paused|ended/.test(type)) return colours.yellow
  return colours.cyan
}

function timeOf(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return printable(iso)
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** What every event of its kind says in words of its own; the fields that these leave out follow by name. */
function what(event: DaemonEvent): string {
  const { seq: _, time: __, type, missed: ___, ...fields } = event
  const [subject, rest] = type.startsWith('job.') ? jobOf(fields) : ['', fields]
  const named = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${printable(name)}=${shown(name, value)}`)
  return [subject, ...named].filter((part) => part !== '').join(' ')
}

function jobOf(fields: Readonly<Record<string, unknown>>): [string, Readonly<Record<string, unknown>>] {
  const { jobId, queue, func, ...rest } = fields
  if (typeof jobId !== 'string') return ['', fields]
  return [[queue, jobId, func].map((each) => printable(String(each))).join(' '), rest]
}

function shown(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('Sec')) return formatAge(value)
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((each) => printable(String(each))).join(',')
  return printable(stripVTControlCharacters(typeof value === 'string' ? value : JSON.stringify(value)))
}
