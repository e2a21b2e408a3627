import { Cluster } from 'ioredis'
import t, { type Test } from 'tap'
import { Queue } from '../../../../src/index.js'
import { systemRandom } from '../../../../src/random.js'
import { connectRedis } from '../../../../src/redis/connection.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { Factory } from '../../../helpers/factory.js'
import { startCluster, type TestCluster } from '../../../helpers/cluster.js'
import { waitFor } from '../../../helpers/wait-for.js'

const policy = { commandTimeoutMs: 5_000, random: systemRandom }

function connect(t: Test, cluster: TestCluster, prefix: string): ReturnType<typeof connectRedis> {
  const redis = connectRedis(cluster.url, { ...policy, prefix })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  return redis
}

t.test('a connection leads to the node that serves the keys, and follows their slot', async (t) => {
  const cluster = await startCluster(t)
  const keys = createKeys('{ann}:rq')
  const redis = connect(t, cluster, keys.prefix)
  await redis.connect()
  await redis.set(keys.job('a'), '1')
  const before = await cluster.ownerOf(keys.queues)
  t.equal(await before.client.get(keys.job('a')), '1')
  const after = cluster.nodes.find((node) => node !== before)!
  await cluster.migrate(keys.queues, after)
  t.equal(await redis.get(keys.job('a')), '1', 'it is sent again where it is served now')
  t.equal(await after.client.get(keys.job('a')), '1')
  t.equal(
    (await redis.client('INFO')).includes(`laddr=127.0.0.1:${after.port}`),
    true,
    'over a connection to that node',
  )
  const many = await Promise.all(Array.from({ length: 50 }, (_, i) => redis.incr(keys.job(`n${i % 5}`))))
  t.equal(Math.max(...many), 10)
})

t.test('commands under way when the slot leaves are executed once each', async (t) => {
  const cluster = await startCluster(t)
  const keys = createKeys('{ann}:rq')
  const redis = connect(t, cluster, keys.prefix)
  await redis.connect()
  let sent = 0
  let done = 0
  let isOver = false
  const load = (async () => {
    while (!isOver) {
      sent += 20
      const all = Array.from({ length: 20 }, () => redis.incr(keys.job('counter')))
      done += (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled').length
    }
  })()
  for (let round = 0; round < 3; round += 1) {
    const owner = await cluster.ownerOf(keys.queues)
    await cluster.migrate(
      keys.queues,
      cluster.nodes.find((node) => node !== owner)!,
    )
    const soFar = done
    await waitFor('more commands to be done', () => done > soFar + 100)
  }
  isOver = true
  await load
  t.equal(await redis.get(keys.job('counter')), String(done), 'each that was answered counts once, no other does')
  t.equal(done, sent, 'none was refused')
})

t.test('no script begins while its slot is on two nodes; it waits and runs once the slot has moved', async (t) => {
  const cluster = await startCluster(t)
  const keys = createKeys('{ann}:rq')
  const redis = connect(t, cluster, keys.prefix)
  await redis.connect()
  const make = new Factory(redis, keys.prefix)
  await make.register()
  await make.enqueue(Array.from({ length: 60 }, (_, i) => `j${i}`))
  const owner = await cluster.ownerOf(keys.queues)
  const target = cluster.nodes.find((node) => node !== owner)!
  let claimed: Awaited<ReturnType<Factory['claim']>> | undefined
  let claiming: Promise<unknown> | undefined
  await cluster.migrate(keys.queues, target, async () => {
    claiming ??= make.claim().then((jobs) => (claimed = jobs))
    await redis.get(keys.job('j0')).catch(() => undefined)
    t.equal(claimed, undefined, 'half of the keys are elsewhere: nothing is popped')
  })
  await claiming
  t.ok((claimed?.length ?? 0) > 0)
  const left = await redis.llen(keys.queue('q'))
  t.equal(left + (claimed?.length ?? 0), 60, 'each id is on the queue or claimed')
})

t.test('a program enqueues through a Cluster client of ioredis, with a prefix that holds a hash tag', async (t) => {
  const cluster = await startCluster(t)
  const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  client.on('error', () => undefined)
  t.teardown(() => client.disconnect())
  const queue = new Queue('mail', { connection: client, prefix: '{ann}:rq' })
  const job = await queue.enqueue('arithmetic.add', 1, 2)
  t.equal(await queue.count(), 1)
  t.equal((await queue.fetchJob(job.id))?.description, 'arithmetic.add(1, 2)')
  t.equal((await queue.jobs()).length, 1)
  const owner = await cluster.ownerOf('{ann}:rq:queues')
  t.equal(await owner.client.llen('{ann}:rq:queue:mail'), 1)
  await t.rejects(new Queue('mail', { connection: client }).enqueue('arithmetic.add', 1, 2), {
    code: 'RQD_BAD_OPTION',
    message: /"rq:queues" has no hash tag; expected a prefix such as \{tenant\}:rq/,
  })
})
