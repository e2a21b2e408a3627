import type * as promClient from 'prom-client'
import { requirePackage } from '../../src/require.js'
import type { Counters } from '../../src/worker/counters.js'
import type { ExecutorStatus, QueueStatus, Status, TenantStatus } from '../control/operations.js'

const { Counter, Gauge } = requirePackage('prom-client') as typeof promClient

const executorStates = ['starting', 'idle', 'busy', 'stopping', 'recycling', 'backoff', 'fatal'] as const
const recycleReasons = ['jobs', 'rss', 'age', 'fresh'] as const

// Deaths of executors are counted by cause, elsewhere.
const counted: Readonly<Record<Exclude<keyof Counters, 'executorDeaths'>, string>> = {
  claimed: 'Jobs taken off queues.',
  finished: 'Jobs that ended well.',
  failed: 'Jobs that failed for good.',
  retried: 'Failures that were put back for another try.',
  handedBack: 'Jobs returned to their queue without a try being spent.',
  recovered: 'Jobs left behind by dead workers that were put back or failed.',
  fenced: 'Late results that were refused.',
}

type Labels = Readonly<Record<string, string>>
/** A number, null if it is not known, and what it is about. */
type Labelled = readonly [labels: Labels, value: number | null]

/** Shows a status document as metrics. */
export class StatusGauges {
  readonly #registry: promClient.Registry
  readonly #gauges = new Map<string, promClient.Gauge>()
  readonly #totals = new Map<string, promClient.Counter>()

  constructor(registry: promClient.Registry) {
    this.#registry = registry
  }

  /** Take over what a status says. `lagsSec`: by how much each tenant's most overdue scheduled job is late. */
  set(status: Status, lagsSec: readonly (readonly [tenant: string | null, lagSec: number | null])[]): void {
    const { state, uptimeSec, version, redis, executors, queues, counters } = status
    this.#gauge('rqd_up', 'The daemon answers.', ['version'], [[{ version }, 1]])
    this.#gauge('rqd_state', 'What the daemon does.', ['state'], [[{ state }, 1]])
    this.#one('rqd_uptime_seconds', 'How long the daemon has been up.', uptimeSec)
    this.#one('rqd_redis_up', 'Whether Redis answers.', redis.connected ? 1 : 0)
    this.#one('rqd_redis_round_trip_seconds', 'How long the last ping took.', toSec(redis.roundTripMs))
    this.#gauge(
      'rqd_scheduler_lag_seconds',
      'How late the most overdue scheduled job is.',
      ['tenant'],
      lagsSec.map(([tenant, lagSec]) => [ofTenant(tenant), lagSec]),
    )
    const states = executorStates.map((each): Labelled => [
      { state: each },
      executors.filter((e) => e.state === each).length,
    ])
    this.#gauge('rqd_executors', 'Executors by state.', ['state'], states)
    this.#one(
      'rqd_executors_resident_memory_bytes',
      'Memory of all executors.',
      sum(executors.map((e) => e.rssBytes ?? 0)),
    )
    const ofQueues = (value: (queue: QueueStatus) => number | null): Labelled[] =>
      queues.map((queue) => [{ ...ofTenant(queue.tenant), queue: queue.name }, value(queue)])
    const labels = ['tenant', 'queue']
    this.#gauge(
      'rqd_queue_depth',
      'Jobs that wait.',
      labels,
      ofQueues(({ depth }) => depth),
    )
    this.#gauge(
      'rqd_queue_oldest_age_seconds',
      'How long the first job has been waiting.',
      labels,
      ofQueues(({ depth, oldestAgeSec }) => (depth === null ? null : (oldestAgeSec ?? 0))),
    )
    this.#gauge(
      'rqd_queue_paused',
      'Whether the queue is paused here.',
      labels,
      ofQueues(({ paused }) => (paused ? 1 : 0)),
    )
    if (status.tenants !== undefined) this.#setTenants(status.tenants)
    const counts = status.tenants ?? [{ name: undefined, counters }]
    for (const [key, help] of Object.entries(counted)) {
      this.#total(
        `rqd_${snake(key)}_total`,
        help,
        ['tenant'],
        counts.map((each) => [ofTenant(each.name), each.counters[key as keyof Counters]]),
      )
    }
    this.#total('rqd_executors_recycled_total', 'Executors replaced, by reason.', ['reason'], recycled(executors))
  }

  #setTenants(tenants: readonly TenantStatus[]): void {
    const labels = ['tenant']
    const ofTenants = (value: (tenant: TenantStatus) => number | null): Labelled[] =>
      tenants.map((tenant) => [ofTenant(tenant.name), value(tenant)])
    this.#gauge(
      'rqd_tenant_state',
      'What the daemon does for the tenant.',
      ['tenant', 'state'],
      tenants.map(({ name, state }) => [{ ...ofTenant(name), state }, 1]),
    )
    this.#gauge(
      'rqd_tenant_redis_up',
      "Whether the tenant's Redis answers.",
      labels,
      ofTenants(({ connected }) => (connected ? 1 : 0)),
    )
    this.#gauge(
      'rqd_tenant_redis_round_trip_seconds',
      'How long the last ping of the tenant took.',
      labels,
      ofTenants(({ roundTripMs }) => toSec(roundTripMs)),
    )
    this.#gauge(
      'rqd_tenant_running_jobs',
      'Jobs of the tenant that run now.',
      labels,
      ofTenants(({ running }) => running),
    )
  }

  /** What the process itself uses. */
  setProcess({ rssBytes, cpuSec, startedAtSec }: { rssBytes: number; cpuSec: number; startedAtSec: number }): void {
    this.#one('process_resident_memory_bytes', 'Memory of the supervisor.', rssBytes)
    this.#one('process_start_time_seconds', 'When the supervisor started.', startedAtSec)
    this.#total('process_cpu_seconds_total', 'CPU time of the supervisor.', [], [[{}, cpuSec]])
  }

  #one(name: string, help: string, value: number | null): void {
    this.#gauge(name, help, [], [[{}, value]])
  }

  // What is not said any more must not stay.
  #gauge(name: string, help: string, labelNames: string[], values: readonly Labelled[]): void {
    const gauge = this.#gauges.get(name) ?? new Gauge({ name, help, labelNames, registers: [this.#registry] })
    this.#gauges.set(name, gauge)
    gauge.reset()
    const known = values.filter((labelled): labelled is [Labels, number] => labelled[1] !== null)
    if (labelNames.length === 0 && known.length === 0) gauge.remove()
    for (const [labels, value] of known) gauge.set(labels, value)
  }

  #total(name: string, help: string, labelNames: string[], values: readonly (readonly [Labels, number])[]): void {
    const total = this.#totals.get(name) ?? new Counter({ name, help, labelNames, registers: [this.#registry] })
    this.#totals.set(name, total)
    total.reset()
    for (const [labels, value] of values) total.inc(labels, value)
  }
}

function ofTenant(tenant: string | null | undefined): Labels {
  return tenant === null || tenant === undefined ? {} : { tenant }
}

function recycled(executors: readonly ExecutorStatus[]): [Labels, number][] {
  return recycleReasons.map((reason) => [{ reason }, sum(executors.map((executor) => executor.recycled[reason]))])
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function toSec(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
