import t from 'tap'
import { connectRedis } from '../../../src/redis/connection.js'
import { systemRandom } from '../../../src/random.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

void t.test('a connection has a name that Redis accepts, and speaks to the database of its URL', async (t) => {
  const { url, client } = await startRedis(t)
  const redis = connectRedis(`${url}?db=5`, {
    commandTimeoutMs: 10_000,
    connectionName: 'my host é',
    random: systemRandom,
  })
  t.teardown(() => redis.disconnect())
  t.equal(redis.status, 'wait', 'nothing is connected before it is asked for')
  await redis.connect()
  t.equal(await redis.client('GETNAME'), 'my-host-')
  await redis.set('k', 'v')
  await client.select(5)
  t.equal(await client.get('k'), 'v')
})

void t.test('a command that Redis does not answer in time fails, and is not sent again', async (t) => {
  const { url, client } = await startRedis(t)
  const redis = connectRedis(url, { commandTimeoutMs: 1_000, random: systemRandom })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.connect()
  await t.rejects(redis.blpop('nothing', 0), /timed out/i)
  await client.rpush('nothing', 'something')
  await waitFor('the late answer to that command', async () => (await client.llen('nothing')) === 0)
})

void t.test('while the connection is down commands fail at once; it returns by itself', async (t) => {
  const { url, client } = await startRedis(t)
  const redis = connectRedis(url, { commandTimeoutMs: 10_000, random: systemRandom })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.connect()
  const rejected = t.rejects(redis.blpop('nothing', 0))
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await rejected
  if (redis.status !== 'ready') await t.rejects(redis.incr('counter'))
  await waitFor('the connection to return', () => redis.status === 'ready')
  await redis.incr('counter')
  t.ok(Number(await client.get('counter')) >= 1)
})

void t.test('for a command line the first failed attempt is the last', async (t) => {
  const redis = connectRedis('unix:///nowhere/redis.sock', {
    commandTimeoutMs: 100,
    reconnect: false,
    random: systemRandom,
  })
  redis.on('error', () => undefined)
  await t.rejects(redis.connect())
  await waitFor('the end', () => redis.status === 'end')
})
