import type * as promClient from 'prom-client'
import { requirePackage } from '../../src/require.js'
import type { Status } from '../control/operations.js'
import type { Meter } from '../meter.js'
import { JobMeter } from './job-meter.js'
import { StatusGauges } from './status-gauges.js'

const { Registry } = requirePackage('prom-client') as typeof promClient

export interface MetricsSources {
  readonly status: () => Promise<Status>
  /** By how much scheduled jobs are late, seconds: for each tenant, or for null where there are none. */
  readonly schedulerLagSec: ReadonlyMap<string | null, () => Promise<number>>
  readonly processUsage: () => { rssBytes: number; cpuSec: number; startedAtSec: number }
}

/** The page for Prometheus. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #gauges = new StatusGauges(this.#registry)
  readonly #jobs = new JobMeter(this.#registry)

  /** To be told of what happens to the jobs of a tenant; null in a daemon that has no tenants. */
  meterOf(tenant: string | null): Meter {
    return this.#jobs.of(tenant)
  }

  /** What there is now. Where Redis does not answer, what it would tell is left out. */
  async page({ status, schedulerLagSec, processUsage }: MetricsSources): Promise<{ type: string; body: string }> {
    const lags = [...schedulerLagSec].map(
      async ([tenant, lagSec]) => [tenant, await lagSec().catch(() => null)] as const,
    )
    const [now, ...lagsSec] = await Promise.all([status(), ...lags])
    this.#gauges.set(now, lagsSec)
    this.#gauges.setProcess(processUsage())
    return { type: this.#registry.contentType, body: `${await this.#registry.metrics()}\n${this.#jobs.text()}` }
  }
}
