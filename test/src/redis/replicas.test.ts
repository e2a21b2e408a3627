import { Cluster, type Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { Queue } from '../../../src/index.js'
import { systemRandom } from '../../../src/random.js'
import { connectRedis } from '../../../src/redis/connection.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Replicas } from '../../../src/redis/replicas.js'
import { freePort } from '../../../chaos/free-port.js'
import { startCluster } from '../../helpers/cluster.js'
import { type TestRedis, startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

async function masterWithReplica(t: Test): Promise<{ master: TestRedis; replica: TestRedis }> {
  const port = await freePort()
  const master = await startRedis(t, ['--port', String(port), '--repl-diskless-sync-delay', '0'])
  const replica = await startRedis(t, ['--replicaof', `127.0.0.1 ${port}`])
  await waitFor('the replica', async () => (await master.client.wait(1, 100)) === 1)
  return { master, replica }
}

t.test('a write is confirmed when the replica has it, over its own connection or another', async (t) => {
  const { master, replica } = await masterWithReplica(t)
  for (const asker of [master.client, master.connect()]) {
    const replicas = new Replicas({ count: 1, timeoutMs: 5_000 }, master.client, asker)
    const value = asker === master.client ? 'own' : 'other'
    await master.client.set('k', value)
    t.equal(await replicas.confirm(), 1)
    t.equal(await replica.client.get('k'), value)
  }
})

t.test('one question covers all who ask while another is open', async (t) => {
  const { master } = await masterWithReplica(t)
  const replicas = new Replicas({ count: 1, timeoutMs: 5_000 }, master.client, master.connect())
  await master.client.config('RESETSTAT')
  t.strictSame(await Promise.all(Array.from({ length: 100 }, () => replicas.confirm())), Array(100).fill(1))
  const stats = await master.client.info('commandstats')
  t.match(stats, /cmdstat_wait:calls=2,/)
})

t.test('a write that a server took which is not asked any more is not confirmed', async (t) => {
  const { master } = await masterWithReplica(t)
  const client = master.connect()
  const replicas = new Replicas({ count: 1, timeoutMs: 5_000 }, client, client)
  await client.set('k', 'v')
  const confirmed = replicas.confirm()
  // No answer comes over this connection; what was asked is asked again over the next one, as clients of users do.
  client.stream.destroy()
  t.equal(await confirmed, 'elsewhere')
})

t.test('a queue with waitReplicas enqueues what replicas have, and tells of what they have not', async (t) => {
  const { master, replica } = await masterWithReplica(t)
  const queue = new Queue('q', { connection: master.client, waitReplicas: 1, waitReplicasTimeoutMs: 5_000 })
  const job = await queue.enqueue('m.f', 1)
  t.equal(await replica.client.exists(`rq:job:${job.id}`), 1)
  await queue.enqueueMany([queue.prepare('m.f', 2), queue.prepare('m.f', 3)])
  t.equal(await replica.client.llen('rq:queue:q'), 3)

  const wanting = new Queue('q', { connection: master.client, waitReplicas: 2, waitReplicasTimeoutMs: 2_000 })
  await t.rejects(wanting.enqueueCall({ func: 'm.f', jobId: 'bare' }), {
    name: 'NotReplicatedError',
    code: 'RQD_NOT_REPLICATED',
    jobIds: ['bare'],
    copies: 1,
    message: /job "bare" is enqueued, but 1 of 2 replicas had it after 2000 ms.*enqueue again with the same jobId/,
  })
  t.equal(await master.client.exists('rq:job:bare'), 1, 'the job is there')
  await t.rejects(wanting.enqueueMany([wanting.prepare('m.f'), wanting.prepare('m.f')]), {
    name: 'EnqueueManyError',
    code: 'RQD_NOT_REPLICATED',
    enqueued: [],
    unsure: { length: 2 },
  })
})

t.test('on a cluster the question follows the slot, as the writes do, when a replica takes over', async (t) => {
  const cluster = await startCluster(t, { replicas: 2 })
  const { prefix, queues, job } = createKeys('{ann}:rq')
  const [writer, asker] = [0, 1].map(() => {
    const redis = connectRedis(cluster.url, { commandTimeoutMs: 30_000, random: systemRandom, prefix })
    redis.on('error', () => undefined)
    t.teardown(() => redis.disconnect())
    return redis
  }) as [Redis, Redis]
  await writer.connect()
  const replicas = new Replicas({ count: 2, timeoutMs: 5_000 }, writer, asker)
  await writer.set(job('a'), '1')
  t.equal(await replicas.confirm(), 2)
  const master = await cluster.ownerOf(queues)
  const known = (await master.client.call('CLUSTER', 'REPLICAS', master.id)) as string[]
  const replica = cluster.nodes.find(({ id }) => known[0]?.startsWith(id))!
  let askedMonoMs = -Infinity
  await waitFor('the fail-over', async () => {
    if ((await replica.client.info('replication')).includes('role:master')) return true
    // Redis gives one up that takes 5 s.
    if (performance.now() - askedMonoMs < 6_000) return false
    askedMonoMs = performance.now()
    // Refused where it has just become the master.
    await replica.client.call('CLUSTER', 'FAILOVER').catch(() => undefined)
    return false
  })
  await writer.set(job('a'), '2')
  await waitFor('the replicas of the next master', async () => {
    const copies = await replicas.confirm().catch(() => 0)
    return copies === 2
  })
  t.equal(await replica.client.get(job('a')), '2')
})

t.test(
  'waitReplicas over a Cluster client is refused: which node it asks has nothing to do with the write',
  async (t) => {
    const connection = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true })
    t.teardown(() => connection.disconnect())
    t.throws(() => new Queue('q', { connection, prefix: '{ann}:rq', waitReplicas: 1 }), {
      code: 'RQD_BAD_OPTION',
      message: /waitReplicas is 1 with a Cluster client of ioredis.*openRedis/,
    })
  },
)

t.test('waitReplicas that is no number of replicas is refused', async (t) => {
  const { client: connection } = await startRedis(t)
  for (const [options, message] of [
    [{ waitReplicas: -1 }, /waitReplicas is -1; expected a whole number of at least 0/],
    [{ waitReplicas: 1, waitReplicasTimeoutMs: 0 }, /waitReplicasTimeoutMs is 0/],
  ] as const)
    t.throws(() => new Queue('q', { connection, ...options }), { code: 'RQD_BAD_OPTION', message })
})
