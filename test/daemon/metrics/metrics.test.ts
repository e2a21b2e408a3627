import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MAX_FUNCTIONS } from '../../../daemon/metrics/function-runs.js'
import { Metrics } from '../../../daemon/metrics/metrics.js'
import type { Status } from '../../../daemon/control/operations.js'
import { projectRoot } from '../../helpers/paths.js'
import { parseMetrics, withoutParser } from '../../helpers/prometheus.js'
import { newCounters } from '../../../src/worker/counters.js'
import { sampleStatus } from '../control/fake-operations.js'
import { tenantStatus } from '../../helpers/tenant-status.js'

const processUsage = () => ({ rssBytes: 1_000, cpuSec: 2.5, startedAtSec: 1_700_000_000 })

/** Of a daemon with two tenants, the Redis of one of which is away. */
const statusOfTwo: Status = {
  ...sampleStatus,
  tenants: [
    tenantStatus('ann', { roundTripMs: 0.5, running: 3, counters: { ...newCounters(), finished: 5 } }),
    tenantStatus('bob', { weight: 2, state: 'paused', connected: false, roundTripMs: null }),
  ],
  queues: [
    ...sampleStatus.queues.map((queue) => ({ ...queue, tenant: 'ann' })),
    { name: 'high', tenant: 'bob', depth: null, paused: false, pausedEverywhere: false, oldestAgeSec: null },
  ],
}

async function pageOf(metrics: Metrics, status = sampleStatus, lag: () => Promise<number> = () => Promise.resolve(3)) {
  const schedulerLagSec = new Map([[null, lag]])
  const { body } = await metrics.page({ status: () => Promise.resolve(status), schedulerLagSec, processUsage })
  return body
}

t.test('C11: runs are counted by function and outcome, with how long they took', async (t) => {
  const metrics = new Metrics()
  const meter = metrics.meterOf(null)
  meter.ran('mail.send', 'finished', 0.2)
  meter.ran('mail.send', 'finished', 0.01)
  meter.ran('mail.send', 'failed', 40)
  meter.ran('odd "\n\\', 'interrupted', 1)
  meter.claimed(7)
  meter.settled(3)
  meter.executorDied('signal')
  const page = await pageOf(metrics)
  for (const line of [
    'rqd_job_runs_total{func="mail.send",outcome="finished"} 2',
    'rqd_job_runs_total{func="mail.send",outcome="failed"} 1',
    'rqd_job_runs_total{func="odd \\"\\n\\\\",outcome="interrupted"} 1',
    'rqd_job_duration_seconds_bucket{le="0.025",func="mail.send"} 1',
    'rqd_job_duration_seconds_count{func="mail.send"} 3',
    'rqd_claim_batch_jobs_sum 7',
    'rqd_settle_batch_endings_count 1',
    'rqd_executor_deaths_total{cause="signal"} 1',
  ])
    t.ok(page.includes(`${line}\n`), line)
})

t.test('C11: the number of functions that are told apart is bounded', async (t) => {
  const metrics = new Metrics()
  const meter = metrics.meterOf(null)
  for (let i = 0; i < MAX_FUNCTIONS + 50; i++) meter.ran(`f${i}`, 'finished', 0.1)
  meter.ran(`f${MAX_FUNCTIONS + 49}`, 'failed', 0.1)
  meter.ran('f0', 'finished', 0.1)
  const page = await pageOf(metrics)
  const functions = new Set([...page.matchAll(/rqd_job_runs_total\{func="([^"]+)"/g)].map(([, name]) => name))
  t.equal(functions.size, MAX_FUNCTIONS + 1)
  t.match(page, 'rqd_job_runs_total{func="(other)",outcome="finished"} 50\n')
  t.match(page, 'rqd_job_runs_total{func="(other)",outcome="failed"} 1\n')
  t.match(page, 'rqd_job_runs_total{func="f0",outcome="finished"} 2\n')
})

t.test('C11: a status shows as gauges and totals', async (t) => {
  const page = await pageOf(new Metrics())
  for (const line of [
    'rqd_up{version="0.1.0"} 1',
    'rqd_state{state="running"} 1',
    'rqd_redis_up 1',
    'rqd_scheduler_lag_seconds 3',
    'rqd_executors{state="busy"} 1',
    'rqd_executors{state="backoff"} 1',
    'rqd_executors{state="idle"} 0',
    'rqd_queue_depth{queue="low"} 1500',
    'rqd_queue_oldest_age_seconds{queue="high"} 12.9',
    'rqd_queue_paused{queue="low"} 1',
    'rqd_claimed_total 1215',
    'rqd_handed_back_total 0',
    'rqd_executors_recycled_total{reason="jobs"} 2',
    'process_resident_memory_bytes 1000',
    'process_cpu_seconds_total 2.5',
  ])
    t.ok(page.includes(`${line}\n`), line)
  t.match(page, /^rqd_redis_round_trip_seconds 0\.0004/m)
  t.notMatch(page, 'rqd_queue_depth{queue="broken"}', 'what is not known is left out')
})

t.test('what is no more is shown no more, and totals are not added up twice', async (t) => {
  const metrics = new Metrics()
  await pageOf(metrics)
  const redis = { ...sampleStatus.redis, connected: false, roundTripMs: null }
  const later = { ...sampleStatus, state: 'draining' as const, redis, queues: [] }
  const page = await pageOf(metrics, later, () => Promise.reject(new Error('Redis is away')))
  t.notMatch(page, 'state="running"')
  t.notMatch(page, /^rqd_queue_depth\{/m)
  t.notMatch(page, /^rqd_redis_round_trip_seconds /m)
  t.notMatch(page, /^rqd_scheduler_lag_seconds /m)
  t.match(page, 'rqd_redis_up 0\n')
  t.match(page, 'rqd_claimed_total 1215\n')
})

t.test(
  'C11: with tenants, what is about queues and jobs is told by tenant, in a form that Prometheus reads',
  { skip: withoutParser() },
  async (t) => {
    const metrics = new Metrics()
    metrics.meterOf('ann').ran('mail.send', 'finished', 0.2)
    metrics.meterOf('bob').ran('mail.send', 'failed', 0.2)
    metrics.meterOf('bob').claimed(2)
    const schedulerLagSec = new Map([
      ['ann', () => Promise.resolve(3)],
      ['bob', () => Promise.reject(new Error('Redis is away'))],
    ])
    const page = await metrics.page({ status: () => Promise.resolve(statusOfTwo), schedulerLagSec, processUsage })
    const samples = parseMetrics(t, page.body)
    const valuesOf = (name: string, label = 'tenant'): unknown[] =>
      samples.flatMap((sample) => (sample.name === name ? [[sample.labels[label], sample.value]] : []))
    t.same(valuesOf('rqd_tenant_redis_up'), [
      ['ann', 1],
      ['bob', 0],
    ])
    t.same(valuesOf('rqd_tenant_running_jobs'), [
      ['ann', 3],
      ['bob', 0],
    ])
    t.same(valuesOf('rqd_finished_total'), [
      ['ann', 5],
      ['bob', 0],
    ])
    t.same(valuesOf('rqd_tenant_state', 'state'), [
      ['running', 1],
      ['paused', 1],
    ])
    t.same(valuesOf('rqd_tenant_redis_round_trip_seconds'), [['ann', 0.0005]])
    t.same(valuesOf('rqd_scheduler_lag_seconds'), [['ann', 3]], 'what is not known of one is left out, of it alone')
    t.same(valuesOf('rqd_queue_depth'), [
      ['ann', 3],
      ['ann', 1500],
    ])
    t.same(valuesOf('rqd_queue_paused', 'queue'), [
      ['high', 0],
      ['low', 1],
      ['broken', 0],
      ['high', 0],
    ])
    t.same(valuesOf('rqd_job_duration_seconds_count'), [
      ['ann', 1],
      ['bob', 1],
    ])
    const docs = readFileSync(join(projectRoot, 'docs/monitoring.md'), 'utf8')
    const documented = [...docs.matchAll(/^\| `(rqd_tenant_\w+)`/gm)].map(([, name]) => name)
    const served = new Set(samples.map(({ name }) => name).filter((name) => name.startsWith('rqd_tenant_')))
    t.same([...served].sort(), documented.sort(), 'docs/monitoring.md has what there is')
    const byTenant = new Set(samples.filter(({ labels }) => 'tenant' in labels).map(({ name }) => name))
    for (const name of [
      'rqd_executors',
      'rqd_claim_batch_jobs_sum',
      'rqd_executor_deaths_total',
      'process_cpu_seconds_total',
    ])
      t.notOk(byTenant.has(name), name)
  },
)

t.test('without tenants nothing names one', async (t) => {
  const metrics = new Metrics()
  metrics.meterOf(null).ran('mail.send', 'finished', 0.2)
  t.notMatch(await pageOf(metrics), 'tenant')
})
