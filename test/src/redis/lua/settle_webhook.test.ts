import t from 'tap'
import { settleWebhook, takeWebhooks, type Delivery } from '../../../../src/redis/webhook-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

async function taken(): Promise<Delivery> {
  const hook = { url: 'http://127.0.0.1:2/', job_status: 'finished', method: 'POST', headers: null, timeout: 3 }
  const claim = await make.held('job', { fields: { webhooks: JSON.stringify([hook]) } })
  await make.finish([claim])
  const [delivery] = await takeWebhooks(client, keys, 1)
  if (delivery === undefined) throw new Error('nothing is due')
  return delivery
}

void t.test('one that is sent or given up leaves nothing, also where it was taken by another since', async (t) => {
  const delivery = await taken()
  await settleWebhook(client, keys, delivery)
  t.equal(await client.exists(keys.webhooks, keys.webhook(delivery.entry)), 0)
  const late = await taken()
  await client.zadd(keys.webhooks, 1, late.entry)
  await takeWebhooks(client, keys, 1)
  await settleWebhook(client, keys, late)
  t.equal(await client.exists(keys.webhooks, keys.webhook(late.entry)), 0)
})

void t.test('one that failed is due again later', async (t) => {
  const delivery = await taken()
  await settleWebhook(client, keys, delivery, 600_000.4)
  const [seconds] = await client.time()
  const delayMs = Number(await client.zscore(keys.webhooks, delivery.entry)) - Number(seconds) * 1000
  t.ok(delayMs > 580_000 && delayMs <= 602_000, `due in ${delayMs} ms`)
})

void t.test('it is postponed by nobody but who has it, and never comes back', async (t) => {
  const delivery = await taken()
  await client.zadd(keys.webhooks, 1, delivery.entry)
  await takeWebhooks(client, keys, 1)
  const before = await dump(client)
  await settleWebhook(client, keys, delivery, 1_000)
  t.strictSame(await dump(client), before)
  await settleWebhook(client, keys, delivery)
  await settleWebhook(client, keys, delivery, 1_000)
  t.equal(await client.exists(keys.webhooks, keys.webhook(delivery.entry)), 0)
})
