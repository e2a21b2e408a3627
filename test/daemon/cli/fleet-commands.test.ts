import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import type { TestRedis } from '../../helpers/redis.js'
import { startBothWays } from './both-ways.js'

const keys = createKeys()

async function start(t: Parameters<typeof startBothWays>[0]) {
  const { redis, ways } = await startBothWays(t)
  return {
    redis,
    ways: Object.values(ways).map(
      (way) =>
        (...argv: string[]) =>
          way(argv),
    ),
  }
}

async function addWorker({ client }: TestRedis, name: string, fields: Record<string, string>): Promise<void> {
  await client.hset(keys.worker(name), { state: 'idle', queues: 'high,low', pid: '17', hostname: 'vm', ...fields })
  for (const set of [keys.workers, keys.queueWorkers('high')]) await client.sadd(set, keys.worker(name))
}

t.test('W17: suspend and resume --all set and remove the mark that RQ has, and say so', async (t) => {
  const { redis, ways } = await start(t)
  for (const run of ways) {
    t.match(await run('suspend'), { code: 0, stdout: 'All workers are suspended until "rqctl resume --all".\n' })
    t.equal(await redis.client.get('rq:suspended'), '1')
    t.equal(await redis.client.ttl('rq:suspended'), -1)
    t.match(await run('suspend', '--duration', '2m'), { code: 0, stdout: 'All workers are suspended for 2m 00s.\n' })
    const ttlSec = await redis.client.ttl('rq:suspended')
    t.ok(ttlSec > 100 && ttlSec <= 120)
    t.same(JSON.parse((await run('suspend', '--json')).stdout), { suspended: true, durationSec: null })
    t.match(await run('resume', '--all'), { code: 0, stdout: 'All workers go on.\n' })
    t.equal(await redis.client.exists('rq:suspended'), 0)
    t.match(await run('resume', '--all'), { code: 0, stdout: 'No worker was suspended.\n' })
    t.match(await run('resume', '--all', 'low'), {
      code: 2,
      stderr: /found --all and 1 queue; expected one or the other/,
    })
    t.match(await run('suspend', '--duration', '0'), { code: 2, stderr: /0 s; expected at least 1/ })
  }
})

t.test('W8: workers lists who lives, of whichever kind, and only those of a queue if asked', async (t) => {
  const { redis, ways } = await start(t)
  for (const run of ways) {
    await redis.client.flushall()
    t.match(await run('workers'), { code: 0, stdout: 'No workers.\n' })
    await addWorker(redis, 'w1', {
      state: 'busy',
      current_job: 'j1',
      successful_job_count: '7',
      failed_job_count: '2',
      total_working_time: '90.5',
      last_heartbeat: '2026-11-23T08:31:26.251911Z',
      version: '1.13.0',
    })
    await redis.client.hset(keys.worker('w2\x1b[31m'), { state: 'idle', queues: 'low' })
    await redis.client.sadd(keys.workers, keys.worker('w2\x1b[31m'))
    const { code, stdout } = await run('workers')
    t.equal(code, 0)
    t.match(stdout, /^WORKER +STATE +JOB +HOST +PID +BEAT +DONE +FAILED +WORKED +RQ +QUEUES\n/)
    t.match(stdout, /^w1 +busy +j1 +vm +17 +\S.* +7 +2 +1m 30s +1\.13\.0 +high,low *$/m)
    t.match(stdout, /^w2\\x1b\[31m +idle +- /m)
    const listed = JSON.parse((await run('workers', '--queue', 'high', '--json')).stdout) as unknown[]
    t.match(listed, [
      { name: 'w1', state: 'busy', currentJobId: 'j1', totalWorkingTimeSec: 90.5, queues: ['high', 'low'] },
    ])
    t.equal(listed.length, 1)
  }
})

t.test('W17: send tells those who listen, and names those who do not', async (t) => {
  const { redis, ways } = await start(t)
  for (const run of ways) {
    const listener = redis.client.duplicate()
    t.teardown(() => listener.disconnect())
    const heard: string[] = []
    listener.on('message', (channel: string, text: string) => heard.push(`${channel} ${text}`))
    await listener.subscribe('rq:pubsub:w1')
    const reply = await run('send', 'shutdown', 'w1', 'gone')
    t.match(reply, {
      code: 1,
      stdout: 'Told w1 to shut down.\n',
      stderr: /no worker gone listens; "rqctl workers" lists/,
    })
    t.match(await run('send', 'kill-horse', 'w1'), { code: 0, stdout: 'Told w1 to kill its job.\n' })
    await listener.ping()
    t.same(heard, ['rq:pubsub:w1 {"command":"shutdown"}', 'rq:pubsub:w1 {"command":"kill-horse"}'])
    t.match(await run('send', 'shutdwon', 'w1'), { code: 2, stderr: /Did you mean shutdown/ })
    t.match(await run('send', 'shutdown'), { code: 2, stderr: /run "rqctl send shutdown --help"/ })
  }
})

t.test('J12: stop-job names each job that cannot be stopped', async (t) => {
  const { redis, ways } = await start(t)
  for (const run of ways) {
    await redis.client.hset(keys.job('waits'), { status: 'queued', data: '["a.b", null, [], {}]', origin: 'low' })
    const reply = await run('stop-job', 'waits', 'missing')
    t.equal(reply.code, 1)
    t.equal(reply.stdout, 'Told the workers of 0 jobs to end it.\n')
    t.match(reply.stderr, /job "waits" cannot be stopped: its status is queued/)
    t.match(reply.stderr, /No such job: "missing"/)
    const document = JSON.parse((await run('stop-job', 'missing', '--json')).stdout) as unknown
    t.match(document, { told: [], failures: [{ id: 'missing', code: 'RQD_NO_SUCH_JOB' }] })
  }
})
