import type CliTable from 'cli-table3'
import type picocolors from 'picocolors'
import { requirePackage } from '../../src/require.js'

const { createColors } = requirePackage('picocolors') as typeof picocolors

/** Where text goes: a stream of the process, or a test's. */
export type Output = NodeJS.WritableStream & { isTTY?: boolean | undefined; columns?: number | undefined }

export type Colours = ReturnType<typeof picocolors.createColors>

/** Colours for a stream: only on a terminal, and never under NO_COLOR or TERM=dumb. */
export function coloursFor(stream: Output, env: Readonly<Record<string, string | undefined>>): Colours {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return createColors(stream.isTTY === true && !refused)
}

/** A column of a table. */
export interface Column {
  readonly title: string
  /** Numbers stand right-aligned. */
  readonly right?: boolean
  /** May be cut to fit the width, ending in `…`; otherwise always shown whole. */
  readonly shrinks?: boolean
  /** Left out on screens narrower than this. */
  readonly fromWidth?: number
}

/** A cell: text, and how to colour it once it has been cut. */
export type Cell = string | { readonly text: string; readonly colour: (text: string) => string }

const GAP = 2
const NARROWEST = 8

/**
 * Rows under a head, aligned, without lines. `width`: the screen's, in characters; undefined (no screen): nothing is cut.
 */
export function renderTable(
  allColumns: readonly Column[],
  allRows: readonly (readonly Cell[])[],
  { width, colours }: { width: number | undefined; colours: Colours },
): string {
  const shown = allColumns.map(({ fromWidth }) => fromWidth === undefined || width === undefined || width >= fromWidth)
  const columns = allColumns.filter((_, i) => shown[i])
  const rows = allRows.map((row) => row.filter((_, i) => shown[i]))
  const widths = fitWidths(
    columns,
    columns.map(({ title }, i) => Math.max(...[title, ...rows.map((row) => textOf(row[i]))].map(lengthOf))),
    width,
  )
  const head = columns.map(({ title }) => ({ text: title, colour: colours.dim }))
  const Table = requirePackage('cli-table3') as typeof CliTable
  const table = new Table({
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
  })
  for (const row of [head, ...rows]) {
    table.push(
      row.map((cell, i) => {
        const cut = cutTo(textOf(cell), widths[i] ?? 0)
        return typeof cell === 'string' ? cut : cell.colour(cut)
      }),
    )
  }
  return `${table.toString().replace(/ +$/gm, '')}\n`
}

/** An age or duration: `0.4s`, `12s`, `3m 12s`, `2h 05m`, `3d 4h`; `-` for null. */
export function formatAge(seconds: number | null): string {
  if (seconds === null) return '-'
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)}s`
  const whole = Math.floor(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${pad(Math.floor((whole % 3_600) / 60))}m`
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3_600)}h`
}

/** A size: `512 B`, `48 MB`, `1.5 GB` (steps of 1024); `-` for null. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '-'
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  for (; Math.round(size) >= 1_024 && unit < units.length - 1; unit++) size /= 1_024
  return `${unit >= 3 && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? ''}`
}

/** `1 job`, `3 jobs`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Text from elsewhere, safe to print: what others wrote into Redis must neither move the cursor, break a line nor turn
 * the direction of the text.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

function fitWidths(columns: readonly Column[], natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1) - width
  for (; excess > 0; excess--) {
    let widest = -1
    widths.forEach((each, i) => {
      if (columns[i]?.shrinks === true && each > NARROWEST && each > (widths[widest] ?? 0)) widest = i
    })
    if (widest === -1) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

/** Text of at most so many characters: a longer one ends in `…`. */
export function cutTo(text: string, width: number): string {
  const characters = Array.from(text)
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '')
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}

// prettier-ignore
const noLines = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '',
  'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '',
  middle: ' '.repeat(GAP),
}
