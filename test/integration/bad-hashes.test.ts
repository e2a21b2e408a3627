import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import type { Redis } from 'ioredis'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { goldenJobs, goldenNames, loadGolden } from '../helpers/golden.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'
import { generator } from '../src/serial/support/random.js'

// C12, I9: whatever lies in Redis, or a job does, hurts only itself; the daemon lives and nothing else is lost.

const data = '["arithmetic.add", null, [1, 2], {}]'

/** A job of the queue "good" is run by this daemon. */
async function works(redis: TestRedis): Promise<void> {
  const queue = new Queue('good', { connection: redis.client, taskPaths: [fixtureTasks] })
  const job = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor(`${job.id} to finish`, async () => (await job.refresh()).status === 'finished')
}

async function statusOf(client: Redis, id: string): Promise<string | null> {
  return client.hget(`rq:job:${id}`, 'status')
}

function rssMiB({ pid }: TestDaemon): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Hashes that are odd in one way each. */
function oddHashes(): Map<string, Map<string, string | Buffer>> {
  const base = { data, origin: 'bad', status: 'queued', timeout: '60' }
  const hash = (fields: Record<string, string | Buffer>): Map<string, string | Buffer> =>
    new Map<string, string | Buffer>(Object.entries({ ...base, ...fields }))
  const all = new Map([
    ['no-data', new Map([['origin', 'bad']])],
    ['empty-data', hash({ data: '' })],
    ['not-json', hash({ data: '[[[' })],
    ['deep-json', hash({ data: '['.repeat(100_000) + ']'.repeat(100_000) })],
    ['deep-arguments', hash({ data: `["arithmetic.add", null, [${'['.repeat(100_000)}${']'.repeat(100_000)}], {}]` })],
    ['double-keys', hash({ data: '["arithmetic.describe", null, [{"a": 1, "a": 2}], {"__proto__": 1}]' })],
    ['zlib-bomb', hash({ data: deflateSync(Buffer.alloc(300 * 1024 * 1024)) })],
    ['no-utf8', hash({ data: Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]) })],
    ['pickle-garbage', hash({ data: Buffer.from([0x80, 4, 0x95, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x2e]) })],
    ['function-odd', hash({ data: '["__proto__.constructor", null, [], {}]' })],
    ['times-odd', hash({ timeout: '1e999', created_at: 'never', result_ttl: '-99999999999999999999' })],
    ['long-timeout', hash({ timeout: '9999999999' })],
    ['huge-description', hash({ description: `\u001b[2J${'x'.repeat(5_000_000)}` })],
    ['many-fields', hash(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`f${i}`, '1'])))],
    [
      'webhooks-odd',
      hash({ webhooks: '[{"url": "http://[", "job_status": "finished", "method": "GET", "timeout": 1}]' }),
    ],
    ['\u001b[31mred\u202e', hash({})],
    ['a:b:c d\n*', hash({})],
    ['x'.repeat(10_000), hash({})],
  ])
  const random = generator(7)
  for (const name of goldenNames()) {
    for (const [id, fields] of goldenJobs(loadGolden(name))) {
      for (let copy = 0; copy < 1; copy++) {
        const changed = new Map<string, string | Buffer>(fields)
        const names = [...fields.keys()]
        const field = names[random(names.length)] ?? 'data'
        const value = Buffer.from(fields.get(field) ?? '')
        if (value.length > 0) value[random(value.length)] = random(256)
        changed.set(names[random(names.length)] ?? 'data', value)
        // What came from others is to be run at once, whatever it waited for.
        for (const key of ['dependency_ids', 'dependency_id', 'retry_intervals', 'repeats_left', 'repeat_intervals']) {
          changed.delete(key)
        }
        all.set(`${name}-${id}-${copy}`, changed.set('origin', 'bad').set('status', 'queued'))
      }
    }
  }
  return all
}

t.test(
  'C12 malformed hashes and payloads fail with a reason, through the whole daemon; it lives, and small',
  async (t) => {
    const redis = await startRedis(t)
    const daemon = await startDaemon(t, redis, ['-N', '2', '--max-deaths', '1', 'good', 'bad'])
    await works(redis)
    const hashes = oddHashes()
    const fill = redis.client.pipeline()
    for (const [id, fields] of hashes) fill.hset(`rq:job:${id}`, fields).rpush('rq:queue:bad', id)
    fill.sadd('rq:queues', 'rq:queue:bad')
    await fill.exec()
    await waitFor(
      'the queue to be empty and nothing to run',
      async () =>
        (await redis.client.llen('rq:queue:bad')) === 0 &&
        (await redis.client.zcard('rq:wip:bad')) === 0 &&
        (await redis.client.keys('rqd:claims:*')).length === 0,
      90_000,
    )
    for (const id of hashes.keys()) {
      const status = await statusOf(redis.client, id)
      // A result that is not to be kept takes the job along.
      t.ok(status === null || ['finished', 'failed', 'scheduled'].includes(status), `${id.slice(0, 60)} is ${status}`)
    }
    const mustFail = [
      'no-data',
      'empty-data',
      'not-json',
      'deep-json',
      'zlib-bomb',
      'no-utf8',
      'pickle-garbage',
      'times-odd',
    ]
    for (const id of mustFail) t.equal(await statusOf(redis.client, id), 'failed', id)
    t.not(await redis.client.zscore('rq:failed:bad', 'zlib-bomb'), null)
    await works(redis)
    t.ok(rssMiB(daemon) < 300, `${rssMiB(daemon).toFixed(0)} MiB`)
    const log = daemon.log()
    t.notMatch(log, /[^\n\P{Cc}]|[\u202e\u2028]/u, 'nothing raw in the log')
    t.notOk(
      log.split('\n').some((line) => line.length > 8_000),
      'no line of any length',
    )
  },
)
