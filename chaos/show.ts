import type { Report } from './report.js'
import { alignTable, formatMs } from './table.js'

/** How many bad jobs are told on the screen; `--json` has more. */
const SHOWN = 5

/** The report for people. */
export function showReport(report: Report): string {
  const { totals, system, setting, seed, elapsedSec, ok, faults, command, folder } = report
  const sections = [
    `${system}: ${setting}, seed ${seed}, ${elapsedSec} s\n`,
    alignTable([{ title: '' }, { title: '', right: true }, { title: '' }], jobRows(report)),
    recoveryTable(report),
    alignTable([{ title: '' }, { title: '' }], otherRows(report)),
    badJobs(report),
    (ok ? 'Good: nothing lost, stuck or failed, every repetition explained' : `Bad: ${faults.join(', ')}`) +
      ` (${totals.jobs} jobs).\n` +
      `Again: ${command}\n` +
      (folder === null ? '' : `Logs and marks: ${folder}\n`),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

function jobRows({ totals }: Report): string[][] {
  const reasons = Object.entries(totals.reasons).map(([reason, n]) =>
    reason === 'other' ? `${n} for no reason that is known` : `${n} by ${reason}`,
  )
  const rows: [string, number, string][] = [
    ['executed once', totals.once, ''],
    ['executed more than once', totals.more, reasons.join(', ')],
    ['failed', totals.failed, ''],
    ['stuck', totals.stuck, ''],
    ['lost', totals.lost, ''],
  ]
  const rare: [string, number, string][] = [
    ['misplaced', totals.misplaced, 'settled, but not where their status says'],
    ['settled twice', totals.settledTwice, 'done again after a success was recorded'],
    ['concurrent', totals.concurrent, 'ran twice at once without a lease running out'],
  ]
  return [...rows, ...rare.filter(([, n]) => n > 0)].map(([name, n, note]) => [name, String(n), note])
}

function recoveryTable({ recovery }: Report): string {
  if (recovery.length === 0) return ''
  const right = (title: string): { title: string; right: true } => ({ title, right: true })
  const columns = [
    { title: 'strike' },
    ...['n', 'missed', 'interrupted', 'not again'].map(right),
    { title: 'recovery' },
    ...['n', 'p50', 'p99', 'max'].map(right),
  ]
  const rows = recovery.map((row) => [
    row.kind,
    ...[row.strikes, row.missed, row.interrupted, row.never].map(String),
    row.measured,
    String(row.samples),
    ...[row.p50Ms, row.p99Ms, row.maxMs].map(formatMs),
  ])
  return alignTable(columns, rows)
}

function otherRows({ counters, restarts, leftBehind, garbled }: Report): string[][] {
  const counted = Object.entries(counters ?? {}).map(([name, n]) => `${name} ${n}`)
  return [
    ['restarts', String(restarts)],
    ...(counters === null ? [] : [['counters', counted.join(', ')]]),
    ...leftBehind.map((process) => ['left behind', process]),
    ...(garbled > 0 ? [['garbled', `${garbled} marks`]] : []),
  ]
}

function badJobs({ bad }: Report): string {
  const told = bad.slice(0, SHOWN).map(({ id, fate, story, log }) => {
    const lines = [...story, ...log.slice(0, 12).map((line) => `| ${line}`)]
    return `${id} ${fate}\n${lines.map((line) => `    ${line}\n`).join('')}`
  })
  const more = bad.length - told.length
  return told.join('') + (more > 0 ? `and ${more} more: see --json\n` : '')
}
