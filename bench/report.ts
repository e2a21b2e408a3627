import { alignTable } from '../chaos/table.js'
import { machineLine, type Machine } from './machine.js'
import type { Check, Row, ScenarioResult, Target } from './result.js'
import { spread } from './stats.js'

export interface Report {
  readonly command: string
  readonly rounds: number
  readonly machine: Machine
  readonly scenarios: readonly ScenarioResult[]
  /** Scenarios that broke. How is told on the terminal only: complaints may name folders of this machine. */
  readonly broken: readonly string[]
}

const rowHead = ['what', 'side', 'unit', 'median', 'min', 'max']
const checkHead = ['ratio or figure', 'unit', 'median', 'min', 'max', 'target', '']

/** For the terminal. */
export function showScenario({ title, rows, checks }: ScenarioResult): string {
  const right = (titles: readonly string[]): { title: string; right: boolean }[] =>
    titles.map((text) => ({ title: text, right: ['median', 'min', 'max'].includes(text) }))
  const tables = [alignTable(right(rowHead), rows.map(rowCells))]
  if (checks.length > 0) tables.push(alignTable(right(checkHead), checks.map(checkCells)))
  return `${title}\n${tables.join('\n')}`
}

/** For readers. */
export function markdown({ command, rounds, machine, scenarios, broken }: Report): string {
  const head = `# Benchmark\n\n${machineLine(machine)}. ${rounds} rounds; \`${command}\`.\n`
  const sections = scenarios.map(({ title, how, rows, checks }) => {
    const ratios = checks.length === 0 ? '' : `\n${table(checkHead, checks.map(checkCells))}`
    return `\n## ${title}\n\n${how}\n\n${table(rowHead, rows.map(rowCells))}${ratios}`
  })
  const gaps = broken.map(
    (name) => `
\`${name}\` broke.
`,
  )
  return head + sections.join('') + gaps.join('')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

function rowCells({ what, side, unit, values }: Row): string[] {
  const { median, min, max } = spread(values)
  return [what, side, unit, ...[median, min, max].map(formatNumber)]
}

function checkCells({ what, unit, spread: { median, min, max }, target, ok }: Check): string[] {
  const verdict = ok === undefined ? '' : ok ? 'pass' : 'MISS'
  return [what, unit, ...[median, min, max].map(formatNumber), formatTarget(target), verdict]
}

function formatTarget(target: Target | undefined): string {
  const signs = { '>=': '≥', '<=': '≤', '<': '<', '±': '1 ±' }
  return target === undefined ? '' : `${signs[target.op]} ${target.limit}`
}

/** Three digits that count, without an exponent. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}
