import t from 'tap'
import { takeWebhooks } from '../../../../src/redis/webhook-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const hook = { url: 'http://127.0.0.1:2/', job_status: 'finished', method: 'POST', headers: { A: 'é' }, timeout: 3 }

async function finished(id: string, ...hooks: unknown[]): Promise<string> {
  const claim = await make.held(id, { fields: { webhooks: JSON.stringify(hooks) } })
  await make.finish([claim])
  return claim.execution
}

async function nowMs(): Promise<number> {
  const [seconds, microseconds] = await client.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

void t.test('what is due is leased for its own limit and a margin, and given with what there is to tell', async (t) => {
  const execution = await finished('job', hook)
  const [delivery, ...others] = await takeWebhooks(client, keys, 10)
  t.match(delivery, { entry: `${execution}-1`, attempts: 1, jobId: 'job', status: 'finished', queue: 'q' })
  t.match(delivery, { description: 'tasks.add(1, 2)', endedAt: laterIso })
  t.strictSame(JSON.parse(delivery?.hook ?? ''), hook)
  t.strictSame(others, [])
  const leaseMs = Number(await client.zscore(keys.webhooks, `${execution}-1`)) - (await nowMs())
  t.ok(leaseMs > 3_000 && leaseMs <= 8_000, `a lease of ${leaseMs} ms`)
  const before = await dump(client)
  t.strictSame(await takeWebhooks(client, keys, 10), [], 'leased')
  t.strictSame(await dump(client), before)
  await client.zadd(keys.webhooks, 1, `${execution}-1`)
  t.match(await takeWebhooks(client, keys, 10), [{ attempts: 2 }], 'the lease has ended')
})

void t.test('no more than are asked for, and no lease is longer than the longest limit', async (t) => {
  const execution = await finished('job', { ...hook, timeout: 86_400 }, { ...hook, timeout: -1 }, hook)
  t.equal((await takeWebhooks(client, keys, 2)).length, 2)
  for (const entry of [`${execution}-1`, `${execution}-2`]) {
    const leaseMs = Number(await client.zscore(keys.webhooks, entry)) - (await nowMs())
    t.ok(leaseMs > 55_000 && leaseMs <= 65_000, `a lease of ${leaseMs} ms`)
  }
  t.match(await takeWebhooks(client, keys, 2), [{ entry: `${execution}-3` }])
})

void t.test('an entry that has expired is dropped; a key that holds something else is left alone', async (t) => {
  const execution = await finished('job', hook)
  const ttl = await client.ttl(keys.webhook(`${execution}-1`))
  t.ok(ttl > 600_000 && ttl <= 604_800, `expires in ${ttl} s`)
  await client.del(keys.webhook(`${execution}-1`))
  t.strictSame(await takeWebhooks(client, keys, 10), [])
  t.equal(await client.exists(keys.webhooks), 0)
  await client.set(keys.webhooks, 'x')
  t.strictSame(await takeWebhooks(client, keys, 10), [])
  t.equal(await client.get(keys.webhooks), 'x')
})
