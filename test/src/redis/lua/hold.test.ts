import t from 'tap'
import { holdNewJob, type HoldReply } from '../../../../src/redis/hold-store.js'
import { Factory, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const execution = 'e'.repeat(32)
const hold = (unique = false): Promise<HoldReply> => {
  const fields = new Map(Object.entries({ ...plainFields('q'), status: 'started' }))
  return holdNewJob(make.store, { supervisorId: 'sup', execution, jobId: 'a', queue: 'q', fields, unique })
}

void t.test('a new job is written and held in one step, and is on no queue', async (t) => {
  await make.register()
  t.equal(await hold(), 'held')
  t.match(await make.job('a'), { status: 'started', origin: 'q' })
  t.match(await make.store.listClaims('sup'), [{ execution, jobId: 'a', queue: 'q' }])
  t.strictSame(await client.smembers(keys.queues), [keys.queue('q')])
  t.strictSame(await make.list(), [])
})

void t.test('without a lease nothing is written', async (t) => {
  t.equal(await hold(), 'lost')
  t.strictSame(await client.keys('*'), [])
})

void t.test('an id that exists is written anew and does not expire, or is refused', async (t) => {
  await make.register()
  await client.hset(keys.job('a'), 'status', 'finished', 'mine', '1')
  await client.expire(keys.job('a'), 100)
  t.equal(await hold(true), 'exists')
  t.match(await make.job('a'), { status: 'finished' })
  t.equal(await hold(), 'held')
  t.match(await make.job('a'), { status: 'started', mine: '1' })
  await ttlIs(t, client, keys.job('a'), -1)
})

void t.test('a key that holds something else is left alone', async (t) => {
  await make.register()
  await client.set(keys.job('a'), 'text')
  t.equal(await hold(), 'refused')
  t.strictSame(await make.store.listClaims('sup'), [])
  t.strictSame(await client.keys(keys.queues), [])
})

void t.test('a job whose holder dies goes to its queue', async (t) => {
  await make.register()
  await hold()
  await make.store.recover({ supervisorId: 'sup', proved: true, limit: 10, nowIso: plainFields('q')['created_at']! })
  t.strictSame(await make.list(), ['a'])
  t.match(await make.job('a'), { status: 'queued' })
})
