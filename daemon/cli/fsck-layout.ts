import { kinds, kindNames, type KindName } from '../../src/fsck/kinds.js'
import type { FsckFinding, FsckReport } from '../../src/fsck/report.js'
import type { MemoryRow } from '../../src/fsck/memory.js'
import type { Context } from './context.js'
import { formatBytes, formatCount, printable, renderTable } from './output.js'

/** Findings of a kind, and rows of memory, that are shown unless all are asked for. */
const EXAMPLES = 3
const ROWS = 10

type Screen = Pick<Context, 'width' | 'colours'>

/** The report for people. */
export function describeFsck(report: FsckReport, all: boolean, screen: Screen): string {
  const { findings, jobs, entries } = report
  const groups = kindNames
    .map((kind) => ({ kind, own: findings.filter((finding) => finding.kind === kind) }))
    .filter(({ own }) => own.length > 0)
  return [
    `Looked at ${formatCount(jobs, 'job')} and ${entries === 1 ? '1 entry' : `${entries} entries`} of lists and sets.\n`,
    ...groups.map(({ kind, own }) => describeKind(kind, own, all, screen)),
    describeMemory('QUEUE', report.memory.byQueue, all, screen),
    describeMemory('FUNCTION', report.memory.byFunction, all, screen),
    conclusion(report, screen),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function describeKind(kind: KindName, findings: readonly FsckFinding[], all: boolean, screen: Screen): string {
  const { colours } = screen
  const head = `${colours.bold(String(findings.length))} ${kinds[kind].title} ${colours.dim(`(${kind})`)}\n`
  const shown = all ? findings : findings.slice(0, EXAMPLES)
  const table = renderTable(
    [{ title: '  WHERE', shrinks: true }, { title: 'FOUND', shrinks: true }, { title: 'OUTCOME' }],
    shown.map((finding) => [`  ${whereOf(finding)}`, printable(finding.found), outcomeOf(finding, screen)]),
    screen,
  )
  const more = findings.length - shown.length
  const reasons = [...new Set(findings.map(({ why }) => why).filter((why) => why !== ''))]
  return [
    head,
    table,
    more > 0 ? colours.dim(`  and ${more} more\n`) : '',
    ...(all ? reasons : reasons.slice(0, EXAMPLES)).map((why) => `  not repaired: ${printable(why)}\n`),
    reasons.length > EXAMPLES && !all ? `  and ${formatCount(reasons.length - EXAMPLES, 'more reason')}\n` : '',
  ].join('')
}

function whereOf({ id, queue, key, entry }: FsckFinding): string {
  const queueName = queue === '' ? '' : `queue ${printable(queue)}`
  if (id !== '') return [printable(id), queueName].filter((text) => text !== '').join(', ')
  return entry === '' && queueName !== '' ? queueName : printable(entry === '' ? key : `${key}: ${entry}`)
}

function outcomeOf(
  { outcome, proved }: FsckFinding,
  { colours }: Screen,
): { text: string; colour: (text: string) => string } {
  if (outcome === 'repaired') return { text: 'repaired', colour: colours.green }
  if (!proved) return { text: 'to decide', colour: colours.yellow }
  return outcome === 'left' ? { text: 'left', colour: colours.red } : { text: 'repairable', colour: colours.red }
}

function describeMemory(title: string, rows: readonly MemoryRow[], all: boolean, screen: Screen): string {
  if (rows.length === 0) return ''
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0)
  const table = renderTable(
    [
      { title, shrinks: true },
      { title: 'JOBS', right: true },
      { title: 'MEMORY', right: true },
      { title: 'SHARE', right: true },
    ],
    (all ? rows : rows.slice(0, ROWS)).map(({ name, jobs, bytes }) => [
      name === '' ? '(not named)' : printable(name),
      String(jobs),
      formatBytes(bytes),
      `${total === 0 ? 0 : Math.round((100 * bytes) / total)} %`,
    ]),
    screen,
  )
  return rows.length > ROWS && !all ? `${table}${screen.colours.dim(`and ${rows.length - ROWS} more`)}\n` : table
}

function conclusion({ repair, findings }: FsckReport, { colours }: Screen): string {
  if (findings.length === 0) return `${colours.green('Nothing is wrong.')}\n`
  const repaired = findings.filter(({ outcome }) => outcome === 'repaired').length
  const left = findings.length - repaired
  const total = formatCount(findings.length, 'finding')
  if (repair) {
    const rest = left === 0 ? 'nothing is left' : `${left} left, each with its reason above`
    return `${total}: ${colours.bold(`${repaired} repaired`)}, ${rest}.\n`
  }
  const proved = findings.filter((finding) => finding.proved).length
  if (proved === 0) return `${total}, which you have to decide about: none can be repaired.\n`
  return `${total}. "rqctl fsck --repair" would repair ${proved === findings.length ? 'all' : proved} of them.\n`
}
