import t from 'tap'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// I9, P3: a hash that makes Python's programs quit is failed here with the reason, and is then harmless to them.

const poison: Record<string, Record<string, string>> = {
  'bad-time': { created_at: 'yesterday' },
  'bad-timeout': { timeout: '5m' },
  'bad-retries': { retries_left: 'many', retry_intervals: '[1,' },
  'bad-status': { status: 'sleeping' },
  'bad-ids': { dependency_ids: 'not json' },
}

t.test('after we failed a poison hash, Python reads and requeues the job', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  for (const [id, fields] of Object.entries(poison)) {
    const data = '["arithmetic.add", null, [1, 2], {}]'
    await redis.client.hset(`rq:job:${id}`, { data, origin: 'default', status: 'queued', timeout: '60', ...fields })
    await redis.client.sadd('rq:queues', 'rq:queue:default')
    await redis.client.rpush('rq:queue:default', id)
  }
  for (const [id, fields] of Object.entries(poison)) {
    await waitFor(`${id} to fail`, async () => (await redis.client.hget(`rq:job:${id}`, 'status')) === 'failed')
    for (const [field, value] of Object.entries(fields)) {
      t.equal(await redis.client.hget(`rq:job:${id}`, `rqd_unreadable_${field}`), value, `${id} keeps what was there`)
    }
    const seen = await python<{ status: string; reason: string }>(
      redis,
      `job = Job.fetch('${id}', connection=redis, serializer=JSONSerializer)
print(json.dumps({'status': job.get_status(), 'reason': job.exc_info or job.latest_result().exc_string}))`,
    )
    t.equal(seen.status, 'failed')
    for (const field of Object.keys(fields).slice(0, 1)) t.match(seen.reason, field)
  }
  const { code, stderr } = await rq(redis, ['info', '--raw'])
  t.equal(code, 0, stderr)
  const requeued = await rq(redis, ['requeue', '-S', 'rq.serializers.JSONSerializer', '--queue', 'default', '--all'])
  t.equal(requeued.code, 0, requeued.stderr)
  for (const id of Object.keys(poison)) {
    await waitFor(`${id} to finish`, async () => (await redis.client.hget(`rq:job:${id}`, 'status')) === 'finished')
  }
})
