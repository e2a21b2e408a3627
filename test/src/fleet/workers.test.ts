import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { listWorkers, readWorker } from '../../../src/fleet/workers.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const keys = createKeys()

t.test('a worker as its hash shows it', (t) => {
  const hash = {
    birth: '2026-11-23T08:31:26.251911Z',
    last_heartbeat: '2026-11-23T08:31:27.5Z',
    queues: 'high,low',
    pid: '17',
    hostname: 'vm',
    ip_address: '10.0.0.1:6379',
    version: '1.13.0',
    state: 'busy',
    current_job: 'j1',
    successful_job_count: '5',
    failed_job_count: '2',
    total_working_time: '12.5',
    python_version: '3.11.2',
    rqd_supervisor: 's1',
  }
  t.same(readWorker('w', hash, []), {
    name: 'w',
    hostname: 'vm',
    pid: 17,
    ipAddress: '10.0.0.1:6379',
    queues: ['high', 'low'],
    state: 'busy',
    currentJob: 'j1',
    lastHeartbeatMs: Date.parse('2026-11-23T08:31:27.500Z'),
    birthMs: Date.parse('2026-11-23T08:31:26.251Z') + 0.911,
    successfulJobs: 5,
    failedJobs: 2,
    totalWorkingTimeSec: 12.5,
    version: '1.13.0',
    software: '3.11.2',
    supervisor: 's1',
  })
  t.end()
})

t.test('missing and malformed fields cost only themselves', (t) => {
  const empty = {
    hostname: null,
    pid: null,
    ipAddress: null,
    queues: [],
    currentJob: null,
    lastHeartbeatMs: null,
    birthMs: null,
    successfulJobs: 0,
    failedJobs: 0,
    totalWorkingTimeSec: 0,
    version: null,
    software: null,
    supervisor: null,
  }
  t.same(readWorker('w', { state: 'dancing' }, null), { name: 'w', ...empty, state: 'dancing' })
  const rubbish = Object.fromEntries(
    ['birth', 'last_heartbeat', 'pid', 'successful_job_count', 'failed_job_count', 'total_working_time'].map(
      (field) => [field, 'NaN; rubbish'],
    ),
  )
  t.same(readWorker('w', { ...rubbish, queues: ',', state: '', current_job: '' }, 7), {
    name: 'w',
    ...empty,
    state: '?',
  })
  t.equal(readWorker('w', {}, []), undefined, 'a vanished hash is no worker')
  t.equal(readWorker('w', undefined, []), undefined)
  t.end()
})

t.test('the current job of RQ 3 is read from its executions', (t) => {
  t.equal(readWorker('w', { state: 'busy' }, ['job:1:e2'])?.currentJob, 'job:1')
  t.equal(readWorker('w', { state: 'busy' }, ['bare'])?.currentJob, 'bare')
  t.end()
})

t.test('all workers, or those of some queues; vanished and foreign members are skipped', async (t) => {
  const { client } = await startRedis(t)
  t.same(await listWorkers(client, keys), [])
  for (const name of ['b', 'a']) await client.hset(keys.worker(name), { state: 'idle', queues: 'high' })
  await client.set(keys.worker('odd'), 'text')
  const members = ['b', 'a', 'odd', 'gone'].map((name) => keys.worker(name))
  await client.sadd(keys.workers, ...members, 'rubbish')
  await client.sadd(keys.queueWorkers('high'), keys.worker('a'), keys.worker('gone'))
  await client.sadd(keys.queueWorkers('low'), keys.worker('a'), keys.worker('b'))
  await client.set(keys.queueWorkers('broken'), 'text')
  const names = async (queues?: string[]) => (await listWorkers(client, keys, queues)).map(({ name }) => name)
  t.same(await names(), ['a', 'b'])
  t.same(await names(['high', 'broken']), ['a'])
  t.same(await names(['high', 'low']), ['a', 'b'])
  t.same(await names([]), [])
  t.equal(await client.scard(keys.workers), 5, 'nothing is written')
})

t.test('a real Python worker', async (t) => {
  const redis = await startRedis(t)
  const worker = spawn('/usr/bin/rq', ['worker', '-u', redis.url, '-n', 'py', 'high', 'low'], { stdio: 'ignore' })
  t.teardown(async () => {
    worker.kill('SIGKILL')
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'close')
  })
  const row = await waitFor('the worker', async () => {
    const [found] = await listWorkers(redis.client, keys, ['low'])
    return found?.state === 'idle' && found
  })
  t.match(row, {
    name: 'py',
    pid: worker.pid,
    queues: ['high', 'low'],
    currentJob: null,
    version: '1.13.0',
    failedJobs: 0,
  })
  t.ok(Math.abs(Date.now() - (row.birthMs ?? 0)) < 60_000)
})
