import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { parseMetrics, withoutParser } from '../helpers/prometheus.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

/** Where a daemon says that it listens. */
function urlIn(log: string): string {
  return `http://${/HTTP listener ready.*?address=(\S+)/.exec(log)?.[1] ?? ''}`
}

t.test('C11: metrics say what the jobs did, in a form that Prometheus reads', { skip: withoutParser() }, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '2', '--http', '127.0.0.1:0', 'high', 'low'])
  const url = urlIn(daemon.log())
  const queue = new Queue('low', { connection: redis.client })
  for (let i = 0; i < 5; i++) await queue.enqueue('arithmetic.add', { args: [i, 1] })
  await queue.enqueue('arithmetic.no_such_function', { args: [] })
  await waitFor('the jobs to end', async () => {
    const { counters } = await daemon.status()
    return counters.finished === 5 && counters.failed === 1
  })
  const reply = await fetch(`${url}/metrics`)
  t.match(reply.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const metrics = parseMetrics(t, await reply.text())
  const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
    metrics.find((m) => m.name === name && Object.entries(labels).every(([key, text]) => m.labels[key] === text))?.value
  t.equal(value('rqd_job_runs_total', { func: 'arithmetic.add', outcome: 'finished' }), 5)
  t.equal(value('rqd_job_runs_total', { func: 'arithmetic.no_such_function', outcome: 'failed' }), 1)
  t.equal(value('rqd_job_duration_seconds_count', { func: 'arithmetic.add' }), 5)
  t.equal(value('rqd_finished_total'), 5)
  t.equal(value('rqd_failed_total'), 1)
  t.equal(value('rqd_claim_batch_jobs_sum'), 6)
  t.equal(value('rqd_settle_batch_endings_sum'), 6)
  t.equal(value('rqd_queue_depth', { queue: 'high' }), 0)
  t.equal(value('rqd_redis_up'), 1)
  t.equal(value('rqd_executors', { state: 'idle' }), 2)
  t.equal(value('rqd_scheduler_lag_seconds'), 0)

  const page = readFileSync(join(projectRoot, 'docs/monitoring.md'), 'utf8')
  // What tells of tenants is served where there are some: test/daemon/metrics/metrics.test.ts.
  const documented = [...page.matchAll(/^\| `((?:rqd|process)_(?!tenant_)\w+)`/gm)].map(([, name]) => name)
  const families = new Set(metrics.map((m) => m.name.replace(/_(bucket|sum|count)$/, '')))
  for (const family of families) t.ok(documented.includes(family), `docs/monitoring.md has ${family}`)
  for (const name of documented)
    t.ok(families.has(name ?? '') || name === 'rqd_executor_deaths_total', `${String(name)} is served`)
})

t.test('C11: a scheduled job that nobody queues shows as lag', { skip: withoutParser() }, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['--http', '127.0.0.1:0', '--no-scheduler'])
  const queue = new Queue('default', { connection: redis.client })
  await queue.enqueueAt(new Date(Date.now() - 120_000), 'arithmetic.add', { args: [1, 2] })
  const metrics = parseMetrics(t, await (await fetch(`${urlIn(daemon.log())}/metrics`)).text())
  const lagSec = metrics.find(({ name }) => name === 'rqd_scheduler_lag_seconds')?.value ?? 0
  t.ok(lagSec >= 119, `${lagSec}`)
})

t.test('C11: ready while it can work, and otherwise not, with the reason; alive all the while', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['--http', '127.0.0.1:0'])
  const url = urlIn(daemon.log())
  const ask = async (path: string): Promise<[number, string]> => {
    const reply = await fetch(`${url}${path}`)
    return [reply.status, await reply.text()]
  }
  t.same(await ask('/readyz'), [200, 'ready\n'])
  t.same(await ask('/healthz'), [200, 'alive\n'])
  await rqctl(['pause', '--socket', daemon.socket])
  t.same(await ask('/readyz'), [503, 'not ready: the daemon is paused\n'])
  await rqctl(['resume', '--socket', daemon.socket])
  t.same(await ask('/readyz'), [200, 'ready\n'])
  redis.signal('SIGSTOP')
  t.teardown(() => redis.signal('SIGCONT'))
  await waitFor('the daemon to see that Redis is gone', async () => (await ask('/readyz'))[1].includes('Redis'))
  t.same(await ask('/readyz'), [503, 'not ready: Redis does not answer\n'])
  t.same(await ask('/healthz'), [200, 'alive\n'])
  t.equal((await ask('/metrics'))[0], 200)
})
