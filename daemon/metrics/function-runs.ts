import type { RunOutcome } from '../meter.js'

/** Functions that are told apart; jobs of further ones count as this. Names are free text, written by anybody. */
export const MAX_FUNCTIONS = 100
export const OTHER_FUNCTIONS = '(other)'

/** Upper bounds of the histogram's buckets, seconds. */
const DURATION_SEC = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600, 3_600]

const RUNS = 'rqd_job_runs_total'
const DURATION = 'rqd_job_duration_seconds'

/** What is counted of one function of one tenant, with the text before each number. */
interface FunctionCounts {
  readonly label: string
  readonly outcomes: Map<RunOutcome, number>
  /** Runs in each bucket, not added up; the last one is for those above all bounds. */
  readonly buckets: number[]
  readonly heads: readonly string[]
  sumSec: number
}

/**
 * Runs of jobs by function, in Prometheus' text format. They make up nearly all lines of a page, and prom-client takes
 * longer to write those than a scrape may hold up the daemon: here the text of a line is made once, and only its number
 * each time. The set of functions is bounded, over all tenants together.
 */
export class FunctionRuns {
  readonly #tenants = new Map<string | null, Map<string, FunctionCounts>>()
  /** Functions of all tenants that are told apart. */
  #toldApart = 0

  /** @param tenant null in a daemon that has no tenants */
  ran(tenant: string | null, func: string, outcome: RunOutcome, durationSec: number): void {
    const counts = this.#countsOf(tenant, func)
    counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1)
    const fits = DURATION_SEC.findIndex((boundSec) => durationSec <= boundSec)
    const bucket = fits === -1 ? DURATION_SEC.length : fits
    counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1
    counts.sumSec += durationSec
  }

  text(): string {
    const runs = [`# HELP ${RUNS} Runs of jobs that ended, by function and outcome.`, `# TYPE ${RUNS} counter`]
    const durations = [
      `# HELP ${DURATION} How long runs of jobs took, whatever their outcome.`,
      `# TYPE ${DURATION} histogram`,
    ]
    const all = [...this.#tenants.values()].flatMap((functions) => [...functions.values()])
    for (const { label, outcomes, buckets, heads, sumSec } of all) {
      for (const [outcome, count] of outcomes) runs.push(`${RUNS}{${label},outcome="${outcome}"} ${count}`)
      let total = 0
      heads.forEach((head, i) => {
        total += buckets[i] ?? 0
        durations.push(`${head}${total}`)
      })
      durations.push(`${DURATION}_sum{${label}} ${sumSec}`, `${DURATION}_count{${label}} ${total}`)
    }
    return `${[...runs, '', ...durations].join('\n')}\n`
  }

  #countsOf(tenant: string | null, func: string): FunctionCounts {
    const functions = this.#tenants.get(tenant) ?? new Map<string, FunctionCounts>()
    this.#tenants.set(tenant, functions)
    const known = functions.get(func)
    if (known !== undefined) return known
    const isToldApart = functions.size < this.#mostOf(tenant)
    if (isToldApart) this.#toldApart++
    const name = isToldApart ? func : OTHER_FUNCTIONS
    const others = functions.get(name)
    if (others !== undefined) return others
    const inTenant = tenant === null ? '' : `tenant="${escapeLabel(tenant)}",`
    const label = `${inTenant}func="${escapeLabel(name)}"`
    const counts: FunctionCounts = {
      label,
      outcomes: new Map(),
      buckets: new Array<number>(DURATION_SEC.length + 1).fill(0),
      heads: [...DURATION_SEC.map(String), '+Inf'].map((bound) => `${DURATION}_bucket{le="${bound}",${label}} `),
      sumSec: 0,
    }
    functions.set(name, counts)
    return counts
  }

  // No tenant takes more than it leaves: one with ever new names keeps the others from being told apart otherwise.
  #mostOf(tenant: string | null): number {
    return tenant === null ? MAX_FUNCTIONS : MAX_FUNCTIONS - this.#toldApart
  }
}

/** The value of a label between quotes, as Prometheus reads it. */
function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
