import t from 'tap'
import { MAX_FUNCTIONS } from '../../../daemon/metrics/function-runs.js'
import { Metrics } from '../../../daemon/metrics/metrics.js'
import { sampleStatus } from '../control/fake-operations.js'

const processUsage = () => ({ rssBytes: 1_000, cpuSec: 2.5, startedAtSec: 1_700_000_000 })

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
