import t from 'tap'
import { Visiting, operateToken } from '../daemon/dashboard/support.js'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { parseMetrics, withoutParser } from '../helpers/prometheus.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('C11: a daemon with tenants tells of each of them over HTTP', { skip: withoutParser() }, async (t) => {
  const redis = await startRedis(t)
  const args = ['--tenants', 'ann, bob=2', '-N', '2', '--http', '127.0.0.1:0', 'high', 'low']
  const daemon = await startDaemon(t, redis, args, { env: { RQD_HTTP_TOKEN: operateToken } })
  const origin = `http://${/HTTP listener ready.*?address=(\S+)/.exec(daemon.log())?.[1] ?? ''}`
  const queueOf = (tenant: string): Queue => new Queue('low', { connection: redis.client, prefix: `{${tenant}}:rq` })
  for (let i = 0; i < 3; i++) await queueOf('ann').enqueue('arithmetic.add', i, 1)
  const failed = await queueOf('bob').enqueue('arithmetic.no_such_function', { args: [] })
  await waitFor('the jobs to end', async () => {
    const { counters } = await daemon.status()
    return counters.finished === 3 && counters.failed === 1
  })
  const authorization = `Bearer ${operateToken}`
  const reply = await fetch(`${origin}/metrics`, { headers: { authorization } })
  const samples = parseMetrics(t, await reply.text())
  const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
    samples.find((m) => m.name === name && Object.entries(labels).every(([key, text]) => m.labels[key] === text))?.value
  t.equal(value('rqd_job_runs_total', { tenant: 'ann', func: 'arithmetic.add', outcome: 'finished' }), 3)
  t.equal(value('rqd_job_runs_total', { tenant: 'bob', func: 'arithmetic.no_such_function', outcome: 'failed' }), 1)
  t.equal(value('rqd_finished_total'), 3)
  for (const tenant of ['ann', 'bob']) {
    for (const queue of ['high', 'low']) t.equal(value('rqd_queue_depth', { tenant, queue }), 0, `${tenant} ${queue}`)
    t.equal(value('rqd_tenant_redis_up', { tenant }), 1)
    t.equal(value('rqd_tenant_running_jobs', { tenant }), 0)
    t.equal(value('rqd_tenant_state', { tenant, state: 'running' }), 1)
    t.equal(value('rqd_scheduler_lag_seconds', { tenant }), 0)
  }
  t.equal(await (await fetch(`${origin}/readyz`)).text(), 'ready\n')

  const visiting = new Visiting(origin)
  t.equal((await visiting.get('/')).status, 401)
  t.equal((await visiting.post('/tenants/ann/sign-in', { token: operateToken })).status, 303)
  const list = await visiting.get('/')
  t.match(list.text, 'href="/tenants/ann/"')
  t.match(list.text, 'href="/tenants/bob/"')
  const job = `job?id=${failed.id}`
  t.match(await visiting.get(`/tenants/bob/${job}`), { status: 200, text: /no_such_function/ })
  t.match(await visiting.get(`/tenants/ann/${job}`), { status: 404 })

  const order = async (action: string, form: Record<string, string>): Promise<string> => {
    const { text } = await visiting.get('/tenants/ann/daemons')
    const [, supervisor = ''] = /name="supervisor" value="([^"]+)"/.exec(text) ?? []
    await visiting.act('/tenants/ann', action, { supervisor, name: 'x', confirmed: 'yes', back: '/daemons', ...form })
    return waitFor('the order to be at its end', async () => {
      const page = await visiting.get('/tenants/ann/daemons')
      return !page.text.includes('note pending') && page.text
    })
  }
  t.notMatch(await order('daemon-pause', { queue: '' }), 'class="note refused"')
  await waitFor('ann alone to be paused', async () => {
    const { tenants = [] } = await daemon.status()
    return tenants.map(({ name, state }) => `${name} ${state}`).join() === 'ann paused,bob running'
  })
  const pids = async (): Promise<unknown[]> => (await daemon.status()).executors.map(({ pid }) => pid)
  const before = await pids()
  for (const action of ['daemon-scale', 'daemon-reload', 'daemon-restart-executors', 'daemon-shutdown']) {
    t.match(await order(action, { executors: '5' }), /class="note refused"/, action)
    t.same(await pids(), before, action)
  }
  t.equal(await (await fetch(`${origin}/readyz`)).text(), 'ready\n')
})
