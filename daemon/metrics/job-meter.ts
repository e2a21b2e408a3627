import type * as promClient from 'prom-client'
import type { DeathCause } from '../../src/job/certificate.js'
import { requirePackage } from '../../src/require.js'
import type { Meter, RunOutcome } from '../meter.js'
import { FunctionRuns } from './function-runs.js'

const { Counter, Histogram } = requirePackage('prom-client') as typeof promClient

const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Counts runs of jobs and batches for Prometheus. */
export class JobMeter implements Meter {
  readonly #runs = new FunctionRuns()
  readonly #claims: promClient.Histogram
  readonly #settles: promClient.Histogram
  readonly #deaths: promClient.Counter<'cause'>

  constructor(registry: promClient.Registry) {
    const registers = [registry]
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
    this.#runs.ran(func, outcome, durationSec)
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

  /** What the registry does not have: runs by function. */
  text(): string {
    return this.#runs.text()
  }
}
