import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { systemRandom } from '../../../../src/random.js'
import { connectRedis } from '../../../../src/redis/connection.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { SlotOwner } from '../../../../src/redis/cluster/slot-owner.js'
import { freePort } from '../../../../chaos/free-port.js'
import { startCluster } from '../../../helpers/cluster.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'

const keys = createKeys('{ann}:rq')

/** A node that is frozen: it lets one connect and says nothing. */
async function startFrozen(t: Test): Promise<{ port: number; readonly asked: number }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    get asked() {
      return sockets.length
    },
  }
}

t.test('nodes that did not answer are asked last from then on', async (t) => {
  const cluster = await startCluster(t)
  const frozen = [await startFrozen(t), await startFrozen(t)]
  const nodes = [...frozen, cluster.nodes[0]!].map(({ port }) => ({ host: '127.0.0.1', port }))
  const limits = { connectTimeoutMs: 2_000, commandTimeoutMs: 2_000, connectionName: 'test' }
  const owner = new SlotOwner({ nodes, tls: undefined }, keys.queues, limits)
  const { port } = await cluster.ownerOf(keys.queues)
  for (let i = 0; i < 3; i += 1) t.equal((await owner.find()).port, port)
  t.strictSame(
    frozen.map(({ asked }) => asked),
    [1, 1],
  )
})

t.test('a node that is cut off from its cluster and takes itself for the owner is left for the others', async (t) => {
  const cluster = await startCluster(t)
  const [port, bus] = [await freePort(), await freePort()]
  // It serves that slot alone and knows nobody who serves others: as a master that sees no majority, it refuses all.
  await startRedis(t, ['--port', String(port), '--cluster-enabled', 'yes', '--cluster-port', String(bus)])
  const lone = new Redis({ port })
  t.teardown(() => lone.disconnect())
  await lone.call('CLUSTER', 'ADDSLOTS', String(await lone.call('CLUSTER', 'KEYSLOT', keys.queues)))
  await waitFor('it to refuse', async () => {
    const error = await lone.get(keys.queues).catch((thrown: unknown) => thrown)
    return error instanceof Error && error.message.startsWith('CLUSTERDOWN')
  })
  const url = cluster.url.replace('://', `://127.0.0.1:${port},`)
  const redis = connectRedis(url, { commandTimeoutMs: 5_000, random: systemRandom, prefix: keys.prefix })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.connect()
  t.equal(await redis.set(keys.job('a'), '1'), 'OK')
  const owner = await cluster.ownerOf(keys.queues)
  t.equal(await owner.client.get(keys.job('a')), '1')
})
