import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateSync } from 'node:zlib'
import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { type TestRedis, startRedis } from '../../helpers/redis.js'
import { startBothWays } from './both-ways.js'
import { runRqctl } from './run-rqctl.js'

const keys = createKeys()
const exec = promisify(execFile)

async function addFailed({ client }: TestRedis, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `f${i}`)
  const pipeline = client.pipeline()
  ids.forEach((id, i) => pipeline.zadd(keys.failed('q'), i, id).hset(keys.job(id), { status: 'failed', origin: 'q' }))
  await pipeline.exec()
  return ids
}

t.test('some ids: those that are failed go back, the others are listed', async (t) => {
  const redis = await startRedis(t)
  await addFailed(redis, 3)
  await redis.client.del(keys.job('f2'))
  const { code, stdout, stderr } = await runRqctl([
    'requeue',
    '--queue',
    'q',
    'f0',
    'nope',
    'f2',
    'f0',
    '-u',
    redis.url,
  ])
  t.equal(code, 1)
  t.equal(stdout, 'Requeued 1 of 3 jobs of queue q.\n')
  t.equal(
    stderr,
    'rqctl: job nope: not among the failed jobs of this queue\nrqctl: job f2: its data is gone (deleted or expired)\n',
  )
  t.same(await redis.client.lrange(keys.queue('q'), 0, -1), ['f0'])
  t.match(await redis.client.hgetall(keys.job('f0')), { status: 'queued', started_at: '', ended_at: '' })
  t.equal(inflateSync((await redis.client.hgetBuffer(keys.job('f0'), 'exc_info')) ?? Buffer.of()).length, 0)
})

t.test('--all, many: in their order, with a bar on a terminal only', async (t) => {
  const redis = await startRedis(t)
  const ids = await addFailed(redis, 1_234)
  const { code, stdout, stderr } = await runRqctl(['requeue', '--queue', 'q', '--all', '-u', redis.url], {
    columns: 80,
  })
  t.same([code, stdout], [0, 'Requeued 1234 jobs of queue q.\n'])
  t.match(stderr, /requeueing \[/)
  t.same(await redis.client.lrange(keys.queue('q'), 0, -1), ids)
  t.equal(await redis.client.zcard(keys.failed('q')), 0)
  t.same(await runRqctl(['requeue', '--queue', 'q', '--all', '-u', redis.url]), {
    code: 0,
    stdout: 'No failed jobs in queue q.\n',
    stderr: '',
  })
  await addFailed(redis, 500)
  t.equal((await runRqctl(['requeue', '--queue', 'q', '--all', '-u', redis.url])).stderr, '', 'no bar in a pipe')
})

t.test('--dry-run changes nothing', async (t) => {
  const redis = await startRedis(t)
  await addFailed(redis, 2)
  t.same(await runRqctl(['requeue', '--queue', 'q', '--all', '--dry-run', '-u', redis.url]), {
    code: 0,
    stdout: 'Would requeue 2 jobs of queue q:\n  f0\n  f1\n',
    stderr: '',
  })
  t.match(await runRqctl(['requeue', '--queue', 'q', 'nope', '--dry-run', '-u', redis.url]), {
    code: 1,
    stdout: 'Would requeue 0 of 1 job of queue q.\n',
  })
  t.equal(await redis.client.zcard(keys.failed('q')), 2)
  t.equal(await redis.client.exists(keys.queue('q')), 0)
})

t.test('--json', async (t) => {
  const redis = await startRedis(t)
  await addFailed(redis, 1)
  const { code, stdout } = await runRqctl(['requeue', '--queue', 'q', 'f0', 'nope', '--json', '-u', redis.url])
  t.equal(code, 1)
  t.same(JSON.parse(stdout), {
    queue: 'q',
    dryRun: false,
    requeued: 1,
    ids: ['f0'],
    failures: [{ id: 'nope', reason: 'not-failed' }],
  })
})

t.test('a server that refuses half-way: what was done is told', async (t) => {
  const redis = await startRedis(t)
  await addFailed(redis, 3)
  await redis.client.set(keys.queue('q'), 'no list')
  const { code, stderr } = await runRqctl(['requeue', '--queue', 'q', '--all', '-u', redis.url])
  t.equal(code, 1)
  t.match(stderr, /WRONGTYPE.*; 0 of 3 jobs were requeued before\n$/s)
})

t.test('a job failed by a Python worker is requeued and runs again', async (t) => {
  const redis = await startRedis(t)
  const marker = join(redis.folder, 'marker')
  await writeFile(
    join(redis.folder, 'flaky.py'),
    `import os\ndef run(path):\n    if not os.path.exists(path):\n        raise ValueError('not yet')\n    return 'done'\n`,
  )
  const rq = (...argv: string[]) =>
    exec('/usr/bin/rq', argv, { cwd: redis.folder, env: { ...process.env, PYTHONPATH: redis.folder } })
  await rq('enqueue', '-u', redis.url, '-q', 'q', '--job-id', 'py1', 'flaky.run', marker)
  await rq('worker', '-u', redis.url, '-b', 'q')
  t.equal(await redis.client.hget(keys.job('py1'), 'status'), 'failed')
  await writeFile(marker, '')
  t.match(await runRqctl(['requeue', '--queue', 'q', 'py1', '-u', redis.url]), {
    code: 0,
    stdout: 'Requeued 1 job of queue q.\n',
  })
  await rq('worker', '-u', redis.url, '-b', 'q')
  t.equal(await redis.client.hget(keys.job('py1'), 'status'), 'finished')
})

t.test('C5: ids of any queue, those that filters name, through the daemon and straight', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const { client } = redis
  const keysOf = (id: string, queue: string, func: string, ageSec: number) => {
    const ended = new Date(Date.now() - ageSec * 1000).toISOString()
    const data = JSON.stringify([func, null, [], {}])
    return client.hset(keys.job(id), { status: 'failed', origin: queue, data, ended_at: ended, exc_info: `E ${func}` })
  }
  for (const run of Object.values(ways)) {
    await client.flushall()
    for (const [i, [queue, func]] of [
      ['a', 'mail.send'],
      ['b', 'mail.send'],
      ['b', 'shop.bill'],
    ].entries()) {
      await keysOf(`j${i}`, queue ?? '', func ?? '', 60 * i)
      await client.zadd(keys.failed(queue ?? ''), i, `j${i}`)
    }
    t.match(await run(['requeue', 'j0', 'j2', 'nope']), {
      code: 1,
      stdout: 'Requeued 2 of 3 jobs.\n',
      stderr: 'rqctl: job nope: its data is gone (deleted or expired)\n',
    })
    t.match(await run(['requeue', 'j0']), { code: 1, stderr: /not among the failed jobs of its queue/ })
    t.same(await client.lrange(keys.queue('a'), 0, -1), ['j0'])
    t.match(await run(['requeue', '--queue', 'b', '--func', 'shop.*']), {
      code: 0,
      stdout: 'No failed jobs in queue b are meant.\n',
    })
    t.match(await run(['requeue', '--queue', 'b', '--older-than', '5m']), { stdout: /^No failed jobs/ })
    t.match(await run(['requeue', '--queue', 'b', '--error', 'e MAIL', '--func', 'mail.*', '--dry-run']), {
      stdout: 'Would requeue 1 job of queue b:\n  j1\n',
    })
    t.match(await run(['requeue', '--queue', 'b', '--error', 'e MAIL', '--at-front']), {
      stdout: 'Requeued 1 job of queue b.\n',
    })
    t.same(await client.lrange(keys.queue('b'), 0, -1), ['j1', 'j2'])
    t.match(await run(['requeue', '--func', 'x']), { code: 2, stderr: /found no --queue/ })
    t.match(await run(['requeue', '--func', 'x', 'j1']), { code: 2, stderr: /found a filter and 1 id/ })
  }
})
