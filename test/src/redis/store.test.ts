import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { Factory, laterIso, nowIso, workerTtlSec } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

const { client, connect } = await startRedis(t)
const make = new Factory(client)
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('bytes go in and come out as they are', async (t) => {
  await make.register()
  const data = Buffer.from([0x78, 0x9c, 0, 255, 10, 13])
  const fields = new Map<string, string | Uint8Array>([
    ['data', new Uint8Array(data)],
    ['description', 'größe 😀'],
  ])
  await make.store.enqueue({ jobId: 'a', queue: 'größe', fields, ttlSec: 0, atFront: false, unique: false })
  const [claim] = await make.claim('sup', ['größe'])
  t.equal(claim!.queue, 'größe')
  t.strictSame(claim!.fields.get('data'), data)
  t.equal(String(claim!.fields.get('description')), 'größe 😀')
})

void t.test('names of queues and workers may hold any text', async (t) => {
  const name = 'a "b"\\ c:😀'
  await make.store.register({
    supervisorId: 's',
    leaseMs: 60_000,
    workerTtlSec,
    queues: [name],
    supervisorFields: { host: name },
    workers: [{ name, fields: { queues: name } }],
  })
  t.strictSame(await client.hgetall(make.keys.supervisor('s')), { host: name })
  t.strictSame(await client.smembers(make.keys.queueWorkers(name)), [make.keys.worker(name)])
  t.equal(
    await make.store.register({
      supervisorId: 'another',
      leaseMs: 60_000,
      workerTtlSec,
      queues: [name],
      supervisorFields: {},
      workers: [{ name, fields: { queues: name } }],
    }),
    name,
    'the name that is taken comes back whole',
  )
})

void t.test('no queues, no workers and no records are as good as some', async (t) => {
  t.equal(await make.register('s', { workers: 0, queues: [] }), undefined)
  const beat = { supervisorId: 's', leaseMs: 60_000, workerTtlSec, nowIso, queues: [], workers: [], running: [] }
  t.strictSame(await make.store.beat(beat), { claims: 0, orders: [], gone: [] })
  t.match(await make.claimRaw('s', []), { state: 'ok', claims: [] })
  for (const reply of [
    await make.start([], {}, 's'),
    await make.finish([], {}, 's'),
    await make.fail([], {}, 's'),
    await make.retry([], {}, 's'),
    await make.handBack([], {}, 's'),
  ]) {
    t.strictSame(reply, [])
  }
  t.equal(await make.store.deregister({ supervisorId: 's', nowIso: laterIso, queues: [], workers: [] }), 0)
})

void t.test('a thousand jobs pass through each call', async (t) => {
  await make.register()
  const ids = Array.from({ length: 1_000 }, (_, i) => `job-${i}`)
  await Promise.all(ids.map((id) => make.enqueue(id)))
  const claims = await make.claim('sup', ['q'], 1_000)
  t.equal(claims.length, 1_000)
  t.ok((await make.start(claims)).every((reply) => reply === 'started'))
  const half = claims.slice(0, 500)
  t.ok((await make.finish(half)).every((reply) => reply === 'finished'))
  t.ok((await make.handBack(claims.slice(500))).every((reply) => reply === 'handed-back'))
  t.strictSame(
    await make.list(),
    claims.slice(500).map(({ jobId }) => jobId),
  )
})

void t.test('a connection that is gone is an error with a code, not a hang', async (t) => {
  const lost = connect()
  await lost.ping()
  lost.disconnect()
  const store = new Store(lost, createKeys())
  await t.rejects(store.queueSummaries(['q']), { code: 'RQD_REDIS' })
  await t.rejects(store.start('s', 1, []), { code: 'RQD_REDIS' })
})
