import t from 'tap'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)

const claim = async (ticket?: number): Promise<string> => {
  const executionPrefix = String(ticket ?? 0).padStart(24, '0')
  const call = { supervisorId: 'sup', executionPrefix, queues: ['q'], limit: 1, lookAt: 10 }
  return (await make.store.claim(ticket === undefined ? call : { ...call, ticket })).state
}

void t.test('claims up to the ticket are void, later ones and those without a ticket are not', async (t) => {
  await make.register('sup')
  t.equal(await claim(1), 'ok')
  await make.store.disarm('sup', 2)
  t.strictSame([await claim(1), await claim(2), await claim(3), await claim()], ['void', 'void', 'ok', 'ok'])
})

void t.test('a supervisor that is not registered gets no record', async (t) => {
  await make.store.disarm('nobody', 1)
  t.equal(await client.exists(make.keys.supervisor('nobody')), 0)
})
