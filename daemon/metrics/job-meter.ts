import type * as promClient from 'prom-client'
import type { DeathCause } from '../../src/job/certificate.js'
import { requirePackage } from '../../src/require.js'
import type { Meter, RunOutcome } from '../meter.js'

const { Counter, Histogram } = requirePackage('prom-client') as typeof promClient

/** Functions that are told apart; jobs of further ones count as this. Names are free text, written by anybody. */
export const MAX_FUNCTIONS = 100
export const OTHER_FUNCTIONS = '(other)'

const DURATION_SEC = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600, 3_600]
const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** What is counted of one function. */
interface FunctionCounts {
  readonly outcomes: Partial<Record<RunOutcome, promClient.Counter.Internal>>
  readonly duration: promClient.Histogram.Internal<'func'>
}

/** Counts runs of jobs and batches for Prometheus. The set of functions is bounded. */
export class JobMeter implements Meter {
  readonly #functions = new Map<string, FunctionCounts>()
  readonly #runs: promClient.Counter<'func' | 'outcome'>
  readonly #duration: promClient.Histogram<'func'>
  readonly #claims: promClient.Histogram
  readonly #settles: promClient.Histogram
  readonly #deaths: promClient.Counter<'cause'>

  constructor(registry: promClient.Registry) {
    const registers = [registry]
    this.#runs = new Counter({
      name: 'rqd_job_runs_total',
      help: 'Runs of jobs that ended, by function and outcome.',
      labelNames: ['func', 'outcome'],
      registers,
    })
    this.#duration = new Histogram({
      name: 'rqd_job_duration_seconds',
      help: 'How long runs of jobs took, whatever their outcome.',
      labelNames: ['func'],
      buckets: DURATION_SEC,
      registers,
    })
    this.#claims = new Histogram({
      name: 'rqd_claim_batch_jobs',
      help: 'Jobs that one claim brought.',
      buckets: BATCH,
      registers,
    })
    this.#settles = new Histogram({
      name: 'rqd_settle_batch_endings',
      help: 'Endings of jobs that went to Redis in one go.',
      buckets: BATCH,
      registers,
    })
    this.#deaths = new Counter({
      name: 'rqd_executor_deaths_total',
      help: 'Executors that died by themselves in the middle of a job, by cause.',
      labelNames: ['cause'],
      registers,
    })
  }

  ran(func: string, outcome: RunOutcome, durationSec: number): void {
    const counts = this.#countsOf(func)
    const counter = (counts.outcomes[outcome] ??= this.#runs.labels(this.#nameOf(func), outcome))
    counter.inc()
    counts.duration.observe(durationSec)
  }

  claimed(jobs: number): void {
    this.#claims.observe(jobs)
  }

  settled(endings: number): void {
    this.#settles.observe(endings)
  }

  executorDied(cause: DeathCause): void {
    this.#deaths.inc({ cause })
  }

  #nameOf(func: string): string {
    return this.#functions.has(func) ? func : OTHER_FUNCTIONS
  }

  #countsOf(func: string): FunctionCounts {
    const known = this.#functions.get(func)
    if (known !== undefined) return known
    const name = this.#functions.size < MAX_FUNCTIONS ? func : OTHER_FUNCTIONS
    const others = this.#functions.get(name)
    if (others !== undefined) return others
    const counts: FunctionCounts = { outcomes: {}, duration: this.#duration.labels(name) }
    this.#functions.set(name, counts)
    return counts
  }
}
