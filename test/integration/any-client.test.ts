import t, { type Test } from 'tap'
import { Job } from '../../src/index.js'
import { startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// P1 and C12: whatever any client of Redis puts there, the daemon runs it or says why not, and goes on.

async function setup(t: Test): Promise<{ redis: TestRedis; daemon: TestDaemon; ended: (id: string) => Promise<Job> }> {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const ended = (id: string): Promise<Job> =>
    waitFor(`job ${id} to end`, async () => {
      const status = await redis.client.hget(`rq:job:${id}`, 'status')
      return status === 'finished' || status === 'failed' ? Job.fetch(id, { connection: redis.client }) : undefined
    })
  return { redis, daemon, ended }
}

t.test('the minimum of commands typed into redis-cli gives a finished job', async (t) => {
  const { redis, ended } = await setup(t)
  await redis.client
    .multi()
    .sadd('rq:queues', 'rq:queue:default')
    .hset('rq:job:ex-1', {
      created_at: '2026-11-23T08:51:20.000000Z',
      enqueued_at: '2026-11-23T08:51:20.000000Z',
      origin: 'default',
      status: 'queued',
      timeout: '180',
      description: 'arithmetic.add(1, 2)',
      data: '["arithmetic.add", null, [1, 2], {}]',
    })
    .rpush('rq:queue:default', 'ex-1')
    .exec()
  const job = await ended('ex-1')
  t.equal(job.status, 'finished')
  t.equal(job.result, 3)
  t.ok(await redis.client.zscore('rq:finished:default', 'ex-1'))
  t.ok((await redis.client.ttl('rq:job:ex-1')) > 490)
})

t.test('data and origin alone are enough, and RQ readers find what was left out', async (t) => {
  const { redis, ended } = await setup(t)
  await redis.client.hset('rq:job:bare', { data: '["arithmetic.add", null, [1, 2], {}]', origin: 'default' })
  await redis.client.rpush('rq:queue:default', 'bare')
  t.equal((await ended('bare')).result, 3)
  t.equal(await redis.client.hget('rq:job:bare', 'timeout'), '180')
})

t.test('data alone runs too, and is filed under the queue it came from', async (t) => {
  const { redis, ended } = await setup(t)
  await redis.client.hset('rq:job:barest', { data: '["arithmetic.add", null, [1, 2], {}]' })
  await redis.client.rpush('rq:queue:default', 'barest')
  t.equal((await ended('barest')).origin, 'default')
  t.ok(await redis.client.zscore('rq:finished:default', 'barest'))
})

t.test('a job that cannot run fails with a reason a stranger understands, and the next one runs', async (t) => {
  const { redis, daemon, ended } = await setup(t)
  const cases: [id: string, fields: Record<string, string>, reason: RegExp][] = [
    ['unknown-module', { data: '["nowhere.fn", null, [], {}]' }, /no function "nowhere\.fn"/],
    ['unknown-function', { data: '["arithmetic.ad", null, [], {}]' }, /no function "arithmetic\.ad".*\badd\b/s],
    ['outside', { data: '["..passwd.fn", null, [], {}]' }, /"\.\.passwd\.fn"/],
    ['garbage', { data: 'garbage' }, /neither .*JSON|pickle/s],
    ['wrong-shape', { data: '{"a": 1}' }, /./],
    ['bad-timeout', { data: '["arithmetic.add", null, [1, 2], {}]', timeout: '5m' }, /timeout.*"5m".*integer/s],
    ['bad-status', { data: '["arithmetic.add", null, [1, 2], {}]', status: 'sleeping' }, /status.*"sleeping"/s],
    ['bad-time', { data: '["arithmetic.add", null, [1, 2], {}]', created_at: 'yesterday' }, /created_at.*"yesterday"/s],
    ['no-data', { origin: 'default' }, /no field "data"/],
  ]
  for (const [id, fields] of cases) {
    await redis.client.hset(`rq:job:${id}`, { origin: 'default', ...fields })
    await redis.client.rpush('rq:queue:default', id)
  }
  await redis.client.rpush('rq:queue:default', 'no-hash-at-all')
  for (const [id, , reason] of cases) {
    const status = await waitFor(`job ${id} to fail`, async () => {
      const found = await redis.client.hget(`rq:job:${id}`, 'status')
      return found === 'failed' ? found : undefined
    })
    t.equal(status, 'failed', id)
    t.ok(await redis.client.zscore('rq:failed:default', id), `${id} is in the FailedJobRegistry`)
    const [entry] = await redis.client.xrevrange(`rq:results:${id}`, '+', '-', 'COUNT', 1)
    t.ok(entry, `${id} has a result`)
    if (id !== 'bad-time') t.match(await excInfo(redis, id), reason, id)
  }
  await daemon.logged('skipped an id without a job')
  await redis.client.hset('rq:job:after', { data: '["arithmetic.add", null, [20, 22], {}]', origin: 'default' })
  await redis.client.rpush('rq:queue:default', 'after')
  t.equal((await ended('after')).result, 42)
})

t.test('a queue key that holds no list is reported, and the other queues are served', async (t) => {
  const redis = await startRedis(t)
  await redis.client.set('rq:queue:odd', 'not a list')
  const daemon = await startDaemon(t, redis, ['-N', '1', 'odd', 'default'])
  await daemon.logged('a queue cannot be read')
  await redis.client.hset('rq:job:j', { data: '["arithmetic.add", null, [1, 1], {}]', origin: 'default' })
  await redis.client.rpush('rq:queue:default', 'j')
  await waitFor('the job to finish', async () => (await redis.client.hget('rq:job:j', 'status')) === 'finished')
  t.match(await daemon.status(), {
    queues: [
      { name: 'odd', depth: null },
      { name: 'default', depth: 0 },
    ],
  })
})

async function excInfo(redis: TestRedis, id: string): Promise<string> {
  const { parseResult } = await import('../../src/job/result.js')
  const [entry] = await redis.client.xrevrangeBuffer(`rq:results:${id}`, '+', '-', 'COUNT', 1)
  const [entryId, flat] = entry!
  const fields = new Map<string, Buffer>()
  for (let i = 0; i < flat.length; i += 2) fields.set(String(flat[i]), flat[i + 1]!)
  return parseResult(String(entryId), fields).excString ?? ''
}
