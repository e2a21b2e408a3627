import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { dependency, type Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const ended = async (job: Job): Promise<boolean> => ['finished', 'failed'].includes((await job.refresh()).status ?? '')

t.test('J10 a chain and a diamond run in their order', async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('default', { connection: redis.client })
  const other = new Queue('other', { connection: redis.client })
  const chain: Job[] = []
  for (let i = 0; i < 6; i++) {
    const dependsOn = chain.at(-1)
    chain.push(await (i % 2 === 0 ? queue : other).with(dependsOn ? { dependsOn } : {}).enqueue('arithmetic.add', i, 1))
  }
  const diamond = await queue.enqueueMany([
    queue.with({ jobId: 'top' }).prepare('arithmetic.add', 1, 1),
    queue.with({ jobId: 'left', dependsOn: 'top' }).prepare('sleeper.sleep', 100),
    queue.with({ jobId: 'right', dependsOn: 'top' }).prepare('arithmetic.add', 1, 1),
    queue.with({ jobId: 'bottom', dependsOn: ['left', 'right'] }).prepare('arithmetic.add', 1, 1),
  ])
  await startDaemon(t, redis, ['-N', '2', 'default', 'other'])
  const all: Job[] = [...chain, ...diamond]
  await waitFor('all to end', async () => (await Promise.all(all.map(ended))).every(Boolean))
  const startOf = (job: Job): number => job.startedAt?.getTime() ?? NaN
  const endOf = (job: Job): number => job.endedAt?.getTime() ?? NaN
  for (const job of all) t.equal(job.status, 'finished', job.id)
  for (let i = 1; i < chain.length; i++) t.ok(startOf(chain[i]!) >= endOf(chain[i - 1]!), `link ${i}`)
  const [top, left, right, bottom] = diamond
  t.ok(startOf(left) >= endOf(top) && startOf(right) >= endOf(top))
  t.ok(startOf(bottom) >= Math.max(endOf(left), endOf(right)))
  for (const name of ['default', 'other']) t.equal(await redis.client.zcard(`rq:deferred:${name}`), 0)
})

t.test(
  'J10 a failed parent leaves its child deferred until it is requeued and succeeds; a lenient one goes',
  async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', 'default'])
    const queue = new Queue('default', { connection: redis.client })
    const gate = join(redis.folder, 'gate')
    const parent = await queue.enqueue('gate.pass', gate)
    const strict = await queue.with({ dependsOn: parent }).enqueue('arithmetic.add', 1, 2)
    const lenient = await queue
      .with({ dependsOn: dependency({ jobs: parent, allowFailure: true }) })
      .enqueue('arithmetic.add', 3, 4)
    await waitFor('the lenient child', () => ended(lenient))
    t.equal((await parent.refresh()).status, 'failed')
    t.equal((await strict.refresh()).status, 'deferred')
    const after = await queue
      .with({ dependsOn: dependency({ jobs: parent, allowFailure: true }) })
      .enqueue('arithmetic.add', 5, 6)
    t.equal(after.status, 'queued', 'a parent that has failed already counts too')
    await writeFile(gate, '')
    await redis.client.zrem('rq:failed:default', parent.id)
    await redis.client.rpush('rq:queue:default', parent.id)
    await waitFor('the strict child', () => ended(strict))
    t.match(strict, { status: 'finished', result: 3 })
  },
)
