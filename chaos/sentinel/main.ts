/** Entry of `npm run chaos:sentinel [-- FAIL_OVERS]`: fail-overs of a real Sentinel set while jobs run. */
import { alignTable, formatMs } from '../table.js'
import { type Outcome, type Round, runFailOvers } from './run.js'
import { type Kind, kinds } from './strikes.js'

const DEFAULT_COUNT = 20
/** How soon jobs must run again once a new master is elected. */
const LIMIT_MS = 5_000

async function main(argv: readonly string[]): Promise<number> {
  const count = Number(argv[0] ?? DEFAULT_COUNT)
  if (argv.length > 1 || !Number.isInteger(count) || count < 1) {
    process.stderr.write(`chaos:sentinel: expected one number of fail-overs, 1 or more; found ${argv.join(' ')}\n`)
    return 2
  }
  const sequence = Array.from({ length: count }, (_, i): Kind => kinds[i % kinds.length] ?? 'kill')
  const outcome = await runFailOvers(sequence, (round) => process.stderr.write(`${describe(round)}\n`))
  process.stdout.write(show(outcome))
  return faultsOf(outcome).length === 0 ? 0 : 1
}

function describe({ kind, from, to, electedAfterMs, processingAfterMs }: Round): string {
  return `${kind}: ${from} -> ${to}, elected after ${formatMs(electedAfterMs)}, jobs run ${formatMs(processingAfterMs)} later`
}

function show(outcome: Outcome): string {
  const { rounds, acknowledged, refused, lost, repeated, restarts } = outcome
  const rows = kinds.flatMap((kind) => {
    const own = rounds.filter((round) => round.kind === kind)
    if (own.length === 0) return []
    const elected = own.map(({ electedAfterMs }) => electedAfterMs)
    const processing = own.map(({ processingAfterMs }) => processingAfterMs)
    return [
      [
        kind,
        String(own.length),
        formatMs(median(elected)),
        formatMs(median(processing)),
        formatMs(Math.max(...processing)),
      ],
    ]
  })
  const columns = [
    { title: 'fail-over' },
    { title: 'times', right: true },
    { title: 'elected after (median)', right: true },
    { title: 'jobs run after that (median)', right: true },
    { title: 'longest', right: true },
  ]
  const sums = `${acknowledged} jobs acknowledged, ${lost.length} lost, ${repeated} run again, ${refused} refused, ${restarts} restarts of the daemon\n`
  const faults = faultsOf(outcome)
  const end = faults.length === 0 ? 'nothing is wrong\n' : faults.map((fault) => `wrong: ${fault}\n`).join('')
  return `\n${alignTable(columns, rows)}\n${sums}${end}`
}

function faultsOf({ rounds, lost, restarts }: Outcome): string[] {
  const slow = rounds.filter(({ processingAfterMs }) => processingAfterMs > LIMIT_MS)
  return [
    ...slow.map((round) => `slow: ${describe(round)}`),
    ...(lost.length === 0 ? [] : [`acknowledged jobs are lost: ${lost.slice(0, 20).join(' ')}`]),
    ...(restarts === 0 ? [] : ['the daemon had to be started again']),
  ]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

process.exitCode = await main(process.argv.slice(2))
