import t from 'tap'
import { Job, Queue, webhook, Worker } from '../../src/index.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startHookServer } from '../helpers/hook-server.js'
import { python, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('J4: the daemon sends the webhooks of jobs that have ended, and again where that fails', async (t) => {
  const redis = await startRedis(t)
  const answers = [500, 204, 204]
  const server = await startHookServer(t, (_call, response) => void response.writeHead(answers.shift() ?? 204).end())
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const good = await queue.with({ webhooks: [webhook(`${server.url}/good`)] }).enqueue('arithmetic.add', 1, 2)
  await waitFor('the second attempt', () => server.calls.length === 2)
  t.match(await Job.fetch(good.id, { connection: redis.client }), {
    status: 'finished',
    webhooks: [{ method: 'POST' }],
  })
  const bad = await queue
    .with({ webhooks: [{ url: `${server.url}/bad`, jobStatus: 'failed' }] })
    .enqueue('thrower.fail', 'x')
  await waitFor('the failure', () => server.calls.length === 3)
  t.match(server.calls, [
    { path: '/good', body: { id: good.id, status: 'finished', func_name: 'arithmetic.add' } },
    { path: '/good', body: { id: good.id } },
    { path: '/bad', body: { id: bad.id, status: 'failed' } },
  ])
})

t.test('a daemon that is killed before its webhook was answered is followed by another', async (t) => {
  const redis = await startRedis(t)
  let answering = false
  const server = await startHookServer(t, (_call, response) => {
    if (answering) response.writeHead(204).end()
  })
  const first = await startDaemon(t, redis, ['-N', '1', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  await queue.with({ webhooks: [webhook(server.url, { timeout: 1 })] }).enqueue('arithmetic.add', 1, 2)
  await waitFor('the call', () => server.calls.length > 0)
  first.signal('SIGKILL')
  await first.ended
  answering = true
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await waitFor('the outbox to be empty', async () => (await redis.client.exists('rqd:webhooks')) === 0, 60_000)
  t.ok(server.calls.length >= 2)
})

t.test('a burst sends what it has ended, and so does a worker in this process', async (t) => {
  const redis = await startRedis(t)
  const server = await startHookServer(t)
  const queue = new Queue('default', { connection: redis.client })
  const withHook = queue.with({ webhooks: [webhook(server.url)] })
  await withHook.enqueue('arithmetic.add', 1, 2)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--burst', 'default'], { ready: false })
  t.match(await daemon.ended, { code: 0 })
  t.equal(server.calls.length, 1)
  await withHook.enqueue('arithmetic.add', 1, 2)
  await new Worker('default', { connection: redis.client, taskPaths: [fixtureTasks] }).work({ burst: true })
  t.equal(server.calls.length, 2)
})

t.test('P2: webhooks that Python wrote are sent', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const server = await startHookServer(t)
  // RQ 1.13 knows no webhooks: this writes the field as 2.10 does.
  await python(
    redis,
    `
job = Queue('default', connection=redis).enqueue('arithmetic.add', 1, 2, job_id='p')
hook = {'url': '${server.url}/p', 'job_status': 'finished', 'method': 'POST', 'headers': {'A': 'é'.encode().hex()}, 'timeout': 10}
redis.hset(job.key, 'webhooks', json.dumps([hook]))
print('null')
`,
  )
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await waitFor('the call', () => server.calls.length === 1)
  t.match(server.calls, [{ path: '/p', headers: { a: 'c3a9' }, body: { id: 'p', func_name: 'arithmetic.add' } }])
})
