import t from 'tap'
import { takeTurn } from '../../../../src/redis/history-store.js'
import { createKeys } from '../../../../src/redis/keys.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const turn = async (id: string, leaseMs = 60_000): Promise<boolean> =>
  (await takeTurn(client, keys, id, leaseMs)).isOurs

t.test('one has the turn until its lease runs out, or until it gives it back', async (t) => {
  t.equal(await turn('a'), true)
  t.equal(await turn('b'), false)
  t.equal(await turn('a'), true, 'it keeps it')
  t.ok((await client.pttl(keys.historySampler)) > 50_000)
  t.equal(await turn('b', 0), false, 'nobody gives back what is not theirs')
  t.equal(await client.get(keys.historySampler), 'a')
  t.equal(await turn('a', 0), false)
  t.equal(await turn('b', 5), true)
  await waitFor('the lease of b to run out', () => turn('a'))
})

t.test('it tells the time by the clock of Redis', async (t) => {
  const { nowMs } = await takeTurn(client, keys, 'a', 1_000)
  const [sec] = await client.time()
  t.ok(Math.abs(Number(sec) * 1000 - nowMs) < 60_000)
})

t.test('a key that holds something else is left alone', async (t) => {
  await client.hset(keys.historySampler, 'a', '1')
  t.equal(await turn('a'), false)
  t.equal(await turn('a', 0), false)
  t.strictSame(await client.hgetall(keys.historySampler), { a: '1' })
})
