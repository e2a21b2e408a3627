/** Where the example writes: a terminal, or anything else that takes text. */
export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan'

const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  cyan: [36, 39],
}

/** Styles text where it is shown on a terminal and the user has not asked for plain text. */
export function styler(output: Output, env: NodeJS.ProcessEnv): (style: Style, text: string) => string {
  const plain = output.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return (style, text) => (plain ? text : `\x1b[${codes[style][0]}m${text}\x1b[${codes[style][1]}m`)
}

/** A column: its title, its width, and whether it holds numbers. */
export interface Column {
  readonly title: string
  readonly width: number
  readonly right?: boolean
}

/** One line of a table, cut and padded to its columns. */
export function row(columns: readonly Column[], cells: readonly string[]): string {
  const padded = columns.map(({ width, right }, index) => {
    const cell = cells[index] ?? ''
    const text = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell
    return right === true ? text.padStart(width) : text.padEnd(width)
  })
  return `  ${padded.join('  ').trimEnd()}`
}

/** The line under the titles. */
export function rule(columns: readonly Column[]): string {
  return `  ${columns.map(({ width }) => '─'.repeat(width)).join('  ')}`
}

/** 12345 as 12,345. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
