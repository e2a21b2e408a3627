/** A column: numbers stand right-aligned. */
export interface Column {
  readonly title: string
  readonly right?: boolean
}

/** Rows under a head, aligned by blanks. Columns without titles have no head. */
export function alignTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const head = columns.some(({ title }) => title !== '') ? [columns.map(({ title }) => title)] : []
  const lines = [...head, ...rows]
  const widths = columns.map((_, i) => Math.max(0, ...lines.map((line) => (line[i] ?? '').length)))
  const text = (line: readonly string[]): string =>
    columns
      .map(({ right }, i) => {
        const cell = line[i] ?? ''
        return right === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)
      })
      .join('  ')
      .trimEnd()
  return lines.map((line) => `  ${text(line)}\n`).join('')
}

/** Milliseconds for people: `85 ms`, `1.24 s`, `75 s`; `-` for none. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return '-'
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${(ms / 1_000).toFixed(2)} s` : `${Math.round(ms / 1_000)} s`
}
