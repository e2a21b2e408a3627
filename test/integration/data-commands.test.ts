import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { createKeys } from '../../src/redis/keys.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { plainNode } from '../helpers/environment.js'
import { compiledRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const keys = createKeys()

t.test('C7: a daemon serves enqueue --wait, job, jobs and requeue over its socket', async (t) => {
  const redis = await startRedis(t)
  const { socket } = await startDaemon(t, redis, ['--executors', '1', 'q'])
  const at = ['--socket', socket]
  const sum = await rqctl([
    'enqueue',
    'arithmetic.add',
    '--queue',
    'q',
    '--args',
    '[1, 2]',
    '--wait-timeout',
    '60',
    ...at,
  ])
  t.match(sum, { code: 0, stdout: '3\n' })
  const bad = await rqctl([
    'enqueue',
    'arithmetic.absent',
    '--queue',
    'q',
    '--id',
    'bad',
    '--wait-timeout',
    '60',
    ...at,
  ])
  t.match(bad, { code: 1, stdout: '', stderr: /job bad is failed:\n/ })
  t.match(await rqctl(['jobs', '--status', 'failed', '--format', '{id} {func} {error}', ...at]), {
    code: 0,
    stdout: /^bad arithmetic\.absent \S/,
  })
  t.match(JSON.parse((await rqctl(['job', 'bad', '--json', ...at])).stdout), {
    status: 'failed',
    func: 'arithmetic.absent',
    results: [{ type: 'failed', worker: String, excInfo: String }],
  })
  t.match(await rqctl(['requeue', '--queue', 'q', '--func', 'arithmetic.*', ...at]), {
    stdout: 'Requeued 1 job of queue q.\n',
  })
  t.match(await rqctl(['queues', '--format', '{queue}', ...at]), { stdout: 'q\n' })
})

t.test('C5: a requeue that is killed half-way loses no job and doubles none', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const { socket } = await startDaemon(t, redis, ['--executors', '1', 'other'])
  const ids = Array.from({ length: 5_000 }, (_, i) => `f${i}`)
  for (let start = 0; start < ids.length; start += 1_000) {
    const pipeline = client.pipeline()
    ids.slice(start, start + 1_000).forEach((id, i) => {
      pipeline.zadd(keys.failed('q'), 9e9 + start + i, id).hset(keys.job(id), { status: 'failed', origin: 'q' })
    })
    await pipeline.exec()
  }
  const file = join(compiledRoot, 'daemon/bin/rqctl.js')
  const argv = [file, 'requeue', '--queue', 'q', '--all', '--socket', socket]
  const child = spawn(...plainNode(argv), { stdio: 'ignore' })
  const closed = once(child, 'close')
  await waitFor('the first jobs to be requeued', async () => (await client.llen(keys.queue('q'))) > 0)
  child.kill('SIGKILL')
  await closed
  // At one moment: the daemon may still be at the last step that it was asked for.
  const state = async (): Promise<unknown[]> => {
    const replies = await client.multi().lrange(keys.queue('q'), 0, -1).zrange(keys.failed('q'), 0, '-1').exec()
    return (replies ?? []).map(([, ids]) => ids)
  }
  const [queued, failed] = (await state()) as [string[], string[]]
  t.same([...queued, ...failed].sort(), [...ids].sort())
  const rest = await rqctl(['requeue', '--queue', 'q', '--all', '--socket', socket])
  t.equal(rest.code, 0)
  t.same(await state(), [ids, []], 'in the order in which they had failed')
})
