import type * as promClient from 'prom-client'
import type { DeathCause } from '../../src/job/certificate.js'
import { requirePackage } from '../../src/require.js'
import type { Meter } from '../meter.js'
import { FunctionRuns } from './function-runs.js'

const { Counter, Histogram } = requirePackage('prom-client') as typeof promClient

const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Counts runs of jobs and batches for Prometheus. */
export class JobMeter {
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

  /** To be told of what happens to the jobs of a tenant; null in a daemon that has no tenants. */
  of(tenant: string | null): Meter {
    return {
      ran: (func, outcome, durationSec) => this.#runs.ran(tenant, func, outcome, durationSec),
      claimed: (jobs) => this.#claims.observe(jobs),
      settled: (endings) => this.#settles.observe(endings),
      executorDied: (cause: DeathCause) => this.#deaths.inc({ cause }),
    }
  }

  /** What the registry does not have: runs by function. */
  text(): string {
    return this.#runs.text()
  }
}
