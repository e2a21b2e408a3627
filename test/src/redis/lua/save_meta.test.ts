import t from 'tap'
import { saveMeta } from '../../../../src/redis/job-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const meta = Buffer.from('{"a": 1}')
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('J13: the field is written, or removed, and nothing else', async (t) => {
  await make.enqueue('a')
  const before = await make.job('a')
  t.equal(await saveMeta(client, keys, { jobId: 'a', meta }), 'saved')
  t.strictSame(await make.job('a'), { ...before, meta: '{"a": 1}' })
  t.equal(await saveMeta(client, keys, { jobId: 'a', meta: undefined }), 'saved')
  t.strictSame(await make.job('a'), before)
})

void t.test('J13: who runs the job may write while its claim stands', async (t) => {
  const { execution } = await make.running('a')
  const holder = { supervisorId: 'sup', execution }
  t.equal(await saveMeta(client, keys, { jobId: 'a', meta, holder }), 'saved')
  const before = await dump(client)
  const late = { supervisorId: 'sup', execution: 'another' }
  t.equal(await saveMeta(client, keys, { jobId: 'a', meta: undefined, holder: late }), 'lost')
  t.strictSame(await dump(client), before)
})

void t.test('a deleted job is not revived', async (t) => {
  t.equal(await saveMeta(client, keys, { jobId: 'a', meta }), 'missing')
  const { execution } = await make.running('b')
  await client.del(keys.job('b'))
  t.equal(await saveMeta(client, keys, { jobId: 'b', meta, holder: { supervisorId: 'sup', execution } }), 'missing')
  t.equal(await client.exists(keys.job('a'), keys.job('b')), 0)
})
