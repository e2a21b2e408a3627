import t from 'tap'
import { Job, Queue } from '../../../src/index.js'
import { createKeys } from '../../../src/redis/keys.js'
import { waitFor } from '../../helpers/wait-for.js'
import { startBothWays } from './both-ways.js'

const keys = createKeys()

t.test('C7: enqueue with all that it takes, through the daemon and straight', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const place = { connection: redis.client }
  for (const [name, run] of Object.entries(ways)) {
    const id = `${name}-1`
    // prettier-ignore
    const reply = await run([
      'enqueue', 'mail.send', '--queue', 'low', '--id', id, '--args', '[1, 9007199254740993]', '--kwargs', '{"a": "b"}',
      '--timeout', '5m', '--result-ttl', '-1', '--ttl', '90', '--retry', '2', '--retry-interval', '1m,5m',
      '--description', 'a letter', '--meta', '{"by": "me"}', '--serializer', 'pickle', '--unique',
    ])
    t.match(reply, { code: 0, stdout: `Enqueued ${id} on queue low.\n`, stderr: '' })
    const job = await Job.fetch(id, place)
    t.same(job.args, [1, 9007199254740993n])
    t.match(job, {
      kwargs: { a: 'b' },
      timeoutSec: 300,
      resultTtlSec: -1,
      ttlSec: 90,
      retriesLeft: 2,
      description: 'a letter',
    })
    t.same([job.retryIntervalsSec, job.meta], [[60, 300], { by: 'me' }])
    t.match(await run(['enqueue', 'a.b', '--id', id, '--unique']), { code: 1, stderr: /exists already/ })
    const front = JSON.parse((await run(['enqueue', 'a.b', '--queue', 'low', '--at-front', '--json'])).stdout) as {
      id: string
    }
    t.equal(await redis.client.lindex(keys.queue('low'), 0), front.id)
    t.match(await run(['enqueue', 'a.b', '--depends-on', id]), { code: 0, stdout: /^Deferred \S+ until the jobs/ })
    t.match(await run(['enqueue', 'a.b', '--in', '1h', '--format', '{status} {scheduledFor}']), {
      stdout: /^scheduled \d{4}-\S+Z\n$/,
    })
    t.match(await run(['enqueue', 'a.b', '--at', '2030-01-01T00:00:00+01:00']), {
      stdout: /^Scheduled \S+ for 2029-12-31T23:00:00\.000Z, queue default\.\n$/,
    })
  }
})

t.test('C12: what cannot be enqueued is told, and nothing is written', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const cases: [string[], RegExp][] = [
    [['a.b', '--args', '[1'], /args is "\[1"; expected JSON: /],
    [['a.b', '--args', '{}'], /args is JSON of another kind; expected a JSON array/],
    [['a.b', '--kwargs', '[]'], /kwargs is JSON of another kind; expected a JSON object/],
    [['no function'], /function "no function"; expected "module\.function"/],
    [['a.b', '--at', 'tomorrow'], /--at is "tomorrow"; expected an ISO time/],
    [['a.b', '--at', '2030-01-01', '--in', '5'], /found --at and --in/],
    [['a.b', '--retry-interval', '5'], /found --retry-interval without --retry/],
    [['a.b', '--retry', 'x'], /--retry is "x"; expected a whole number/],
    [['a.b', '--serializer', 'yaml'], /--serializer is "yaml"; expected json or pickle/],
    [['a.b', '--timeout', '5q'], /jobTimeout is "5q"/],
    [['a.b', '--id', 'a b'], /jobId is "a b"/],
    [['a.b', '--meta', '7'], /--meta is "7"; expected a JSON object/],
    [[], /missing required argument 'function'/],
  ]
  for (const run of Object.values(ways)) {
    for (const [argv, message] of cases) {
      const { code, stderr } = await run(['enqueue', ...argv])
      t.equal(code, 2, `${argv.join(' ')}: ${stderr}`)
      t.match(stderr, message)
    }
  }
  t.equal(await redis.client.dbsize(), 0)
})

t.test('C7: enqueue --wait prints the result, a failure, or that the time is over', async (t) => {
  const { redis, run } = await startBothWays(t)
  const { client } = redis
  const queue = new Queue('default', { connection: client })
  const end = async (id: string, status: string): Promise<void> => {
    await client.hset(keys.job(id), { status, result: '{"sum":3}', exc_info: status === 'failed' ? 'E: bad' : '' })
  }
  await queue.enqueueCall({ func: 'a.b', jobId: 'parent' })
  const running = run(['enqueue', 'a.b', '--id', 'good', '--wait'])
  await waitFor('the job', async () => (await client.exists(keys.job('good'))) === 1)
  await end('good', 'finished')
  t.match(await running, { code: 0, stdout: '{"sum":3}\n', stderr: 'Enqueued good on queue default.\n' })
  const failing = run(['enqueue', 'a.b', '--id', 'bad', '--wait-timeout', '60'])
  await waitFor('the job', async () => (await client.exists(keys.job('bad'))) === 1)
  await end('bad', 'failed')
  t.match(await failing, { code: 1, stdout: '', stderr: /job bad is failed:\nE: bad\n$/ })
  t.match(await run(['enqueue', 'a.b', '--id', 'slow', '--wait-timeout', '0']), {
    code: 4,
    stdout: '',
    stderr: /job slow is queued still; it goes on\n$/,
  })
})

t.test('C7: cancel and delete, dependents too if asked, each refusal named', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const place = { connection: redis.client }
  const queue = new Queue('q', place)
  for (const run of Object.values(ways)) {
    const parent = await queue.enqueue('a.b')
    const child = await queue.with({ dependsOn: parent }).enqueue('a.b')
    t.match(await run(['cancel', parent.id, 'nope']), {
      code: 1,
      stdout: 'Canceled 1 job.\n',
      stderr: /No such job: "nope"/,
    })
    t.equal((await Job.fetch(parent.id, place)).status, 'canceled')
    t.match(await run(['cancel', parent.id]), { code: 1, stderr: /its status is canceled already/ })
    const other = await queue.enqueue('a.b')
    const waiting = await queue.with({ dependsOn: other }).enqueue('a.b')
    t.match(JSON.parse((await run(['cancel', other.id, '--enqueue-dependents', '--json'])).stdout), {
      canceled: [other.id],
      failures: [],
    })
    t.equal((await Job.fetch(waiting.id, place)).status, 'queued')
    t.match(await run(['delete', parent.id, '--delete-dependents', 'nope']), { code: 1, stdout: 'Deleted 2 jobs.\n' })
    t.equal(await redis.client.exists(keys.job(child.id)), 0)
  }
})

t.test('C7: empty deletes what waits, or a state; --dry-run changes nothing', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const { client } = redis
  const queue = new Queue('q', { connection: client })
  for (const [name, run] of Object.entries(ways)) {
    await queue.enqueueMany(Array.from({ length: 1_200 }, (_, i) => ({ func: 'a.b', jobId: `${name}${i}` })))
    for (let i = 0; i < 3; i++) {
      await client.hset(keys.job(`f${i}`), { status: 'failed', origin: 'q', data: '["a.b", null, [], {}]' })
      await client.zadd(keys.failed('q'), 9e9 + i, `f${i}`)
      await client.xadd(keys.results(`f${i}`), '*', 'type', '2')
    }
    await client.zadd(keys.failed('q'), 9e9, 'gone')
    t.equal(
      (await run(['empty', 'q', 'none', '--dry-run'])).stdout,
      'Would delete 1200 waiting jobs of queue q.\nWould delete 0 waiting jobs of queue none.\n',
    )
    t.equal(await client.llen(keys.queue('q')), 1_200)
    const bar = await run(['empty', 'q'], { columns: 80 })
    t.match(bar, { code: 0, stdout: 'Deleted 1200 waiting jobs of queue q.\n', stderr: /deleting \[/ })
    t.equal(await client.exists(keys.queue('q'), keys.job(`${name}7`)), 0)
    t.same(JSON.parse((await run(['empty', 'q', '--status', 'failed', '--json'])).stdout), {
      dryRun: false,
      emptied: [{ queue: 'q', status: 'failed', deleted: 4 }],
    })
    t.equal(await client.exists(keys.failed('q'), keys.job('f1'), keys.results('f1')), 0)
    t.match(await run(['empty', 'q', '--status', 'started']), { code: 2, stderr: /--status is "started"/ })
  }
})

t.test('C7: queues with counts, age and what is wrong', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const { client } = redis
  for (const run of Object.values(ways)) {
    await client.flushall()
    t.match(await run(['queues']), { code: 0, stdout: 'No queues.\n' })
    await new Queue('low', { connection: client }).enqueue('a.b')
    await client.hset(
      keys.job((await client.lindex(keys.queue('low'), 0)) ?? ''),
      'enqueued_at',
      '2020-01-01T00:00:00Z',
    )
    await client.zadd(keys.failed('low'), 1, 'x', 2, 'y')
    await client.set(keys.finished('low'), 'text')
    await client.sadd(keys.queues, 'stranger\x1b')
    await client.set(keys.suspended, '1')
    const { code, stdout, stderr } = await run(['queues'])
    t.equal(code, 0)
    t.match(
      stdout,
      /^QUEUE +WAITING +OLDEST +STARTED +FAILED +SCHEDULED +DEFERRED +FINISHED +CANCELED\nlow +1 +\d+d \d+h +0 +2 +0 +0 +\? +0\n$/,
    )
    t.match(stderr, /all workers are suspended.*\n.*holds "stranger\\u001b"/)
    t.equal((await run(['queues', 'low', '--format', '{queue}:{failed}'])).stdout, 'low:2\n')
    t.match(JSON.parse((await run(['queues', '--json'])).stdout), {
      queues: [{ queue: 'low', queued: 1, finished: null }],
      suspended: true,
    })
  }
})
