import t, { type Test } from 'tap'
import { openRedis } from '../../../../src/index.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { startCluster, type TestCluster } from '../../../helpers/cluster.js'
import type { TestNode } from '../../../helpers/cluster-node.js'
import { waitFor } from '../../../helpers/wait-for.js'

const keys = createKeys('{ann}:rq')

async function setup(t: Test): Promise<{ cluster: TestCluster; redis: ReturnType<typeof openRedis>; owner: TestNode }> {
  const cluster = await startCluster(t)
  const redis = openRedis(cluster.url, { prefix: keys.prefix })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.set(keys.job('a'), '1')
  return { cluster, redis, owner: await cluster.ownerOf(keys.queues) }
}

t.test('a program leaves a node that is frozen once others name another one for the slot', async (t) => {
  const { cluster, redis, owner } = await setup(t)
  const others = cluster.nodes.filter((node) => node !== owner)
  const [next] = others as [TestNode]
  owner.freeze()
  const written = redis.set(keys.job('a'), '2')
  const slot = Number(await next.client.call('CLUSTER', 'KEYSLOT', keys.queues))
  for (const { client } of others) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', next.id)
  t.equal(await written, 'OK', 'it does not wait until the node is thawed')
  t.equal(await next.client.get(keys.job('a')), '2')
})

t.test('a program that waits at a node for what comes is left there', async (t) => {
  const { cluster, redis, owner } = await setup(t)
  const { stream } = redis
  for (const { client } of cluster.nodes) await client.config('RESETSTAT')
  const popped = redis.blpop(keys.queue('q'), 0)
  const asked = async (): Promise<number> => {
    const stats = await Promise.all(cluster.nodes.map(({ client }) => client.info('commandstats')))
    return stats.reduce((sum, text) => sum + Number(/cmdstat_cluster\|slots:calls=(\d+)/.exec(text)?.[1] ?? 0), 0)
  }
  await waitFor('it to be asked twice who serves the slot', async () => (await asked()) > 1)
  await owner.client.rpush(keys.queue('q'), 'id')
  t.strictSame(await popped, [keys.queue('q'), 'id'])
  t.equal(redis.stream, stream)
})
