import type * as promClient from 'prom-client'
import { requirePackage } from '../../src/require.js'
import type { Status } from '../control/operations.js'
import type { Meter } from '../meter.js'
import { JobMeter } from './job-meter.js'
import { StatusGauges } from './status-gauges.js'

const { Registry } = requirePackage('prom-client') as typeof promClient

export interface MetricsSources {
  readonly status: () => Promise<Status>
  /** By how much scheduled jobs are late, seconds. */
  readonly schedulerLagSec: () => Promise<number>
  readonly processUsage: () => { rssBytes: number; cpuSec: number; startedAtSec: number }
}

/** The page for Prometheus. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #gauges = new StatusGauges(this.#registry)
  readonly #jobs = new JobMeter(this.#registry)
  /** To be told of what happens. */
  readonly meter: Meter = this.#jobs

  /** What there is now. Where Redis does not answer, what it would tell is left out. */
  async page({ status, schedulerLagSec, processUsage }: MetricsSources): Promise<{ type: string; body: string }> {
    const [now, lagSec] = await Promise.all([status(), schedulerLagSec().catch(() => null)])
    this.#gauges.set(now, lagSec)
    this.#gauges.setProcess(processUsage())
    return { type: this.#registry.contentType, body: `${await this.#registry.metrics()}\n${this.#jobs.text()}` }
  }
}
