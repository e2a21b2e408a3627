import type { Redis } from 'ioredis'
import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { faultOf } from '../../helpers/fuzz.js'
import { startRedis } from '../../helpers/redis.js'
import { runRqctl } from './run-rqctl.js'

// C12: what others have left in Redis, of whatever type and bytes, is shown or refused by name.

const keys = createKeys()
const id = 'j1'
const garbage = Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0xfe, 0x00, 0x80, 0x0a, 0x9b])

/** Every key that a data command may read. */
const places = [
  ...[keys.queues, keys.workers, keys.suspended, keys.queue('q'), keys.started('q'), keys.failed('q')],
  ...[keys.finished('q'), keys.deferred('q'), keys.scheduled('q'), keys.canceled('q'), keys.intermediate('q')],
  ...[keys.job(id), keys.results(id), keys.executions(id), keys.dependents(id), keys.dependencies(id)],
  ...[keys.worker('w'), keys.queueWorkers('q'), keys.workerExecutions('w'), keys.cronEntries, keys.cronEntry('c')],
]

/** What a key may hold. */
const holdings: Record<string, (redis: Redis, key: string) => Promise<unknown>> = {
  string: (redis, key) => redis.set(key, garbage),
  list: (redis, key) => redis.rpush(key, garbage, '', id),
  set: (redis, key) => redis.sadd(key, garbage, '', id, keys.queue('')),
  zset: (redis, key) => redis.zadd(key, 'inf', garbage, '-inf', '', 1, id),
  hash: (redis, key) => redis.hset(key, garbage, garbage, 'status', garbage, 'queues', garbage, 'birth', garbage),
  stream: (redis, key) => redis.xadd(key, '*', garbage, garbage),
}

async function fill(redis: Redis): Promise<void> {
  await redis.flushall()
  await redis.sadd(keys.queues, keys.queue('q'))
  await redis.rpush(keys.queue('q'), 'waiting')
  await redis.hset(keys.job(id), { data: '["a.b",null,[],{}]', status: 'failed', origin: 'q', worker_name: 'w' })
  await redis.zadd(keys.failed('q'), 1, id)
  await redis.sadd(keys.workers, keys.worker('w'))
  await redis.hset(keys.worker('w'), { state: 'idle', queues: 'q', birth: '2026-01-01T00:00:00.000000Z' })
  await redis.zadd(keys.cronEntries, 1, 'c')
  await redis.hset(keys.cronEntry('c'), { func: 'a.b' })
}

const commands = [
  ...[['info'], ['info', '-R', 'q'], ['info', '--raw'], ['info', '--json'], ['cron'], ['cron', '--json'], ['workers']],
  ...[
    ['workers', '--queue', 'q'],
    ['requeue', '--queue', 'q', '--all'],
    ['requeue', '--queue', 'q', id],
  ],
  ...[
    ['requeue', '--queue', 'q', '--all', '--dry-run'],
    ['stop-job', id, 'other'],
    ['logs', id],
  ],
  ...[
    ['suspend', '--duration', '5'],
    ['resume', '--all'],
    ['send', 'shutdown', 'w'],
    ['send', 'kill-horse', 'w'],
  ],
]

t.test('C12 no type and no bytes of any key make a data command quit without naming what it found', async (t) => {
  const redis = await startRedis(t)
  const faults: string[] = []
  for (const place of places) {
    for (const [kind, hold] of Object.entries(holdings)) {
      await fill(redis.client)
      await redis.client.del(place)
      await hold(redis.client, place)
      for (const command of commands) {
        const env = { XDG_RUNTIME_DIR: redis.folder, RQD_URL: redis.url }
        const ended = await runRqctl(command, { env })
        const fault = faultOf(ended, [0, 1]) ?? (ended.stderr.includes('not expected') ? ended.stderr : undefined)
        if (fault !== undefined) faults.push(`${command.join(' ')} with ${place} as a ${kind}: ${fault}`)
      }
    }
  }
  t.same(faults, [])
})
