import t from 'tap'
import { openRedis } from '../../src/index.js'
import { startRedis } from '../helpers/redis.js'

t.test('a program opens a client by the URL that rqd takes, which connects when it is used', async (t) => {
  const { url } = await startRedis(t)
  const client = openRedis(url)
  t.equal(client.status, 'wait')
  t.equal(await client.ping(), 'PONG')
  client.disconnect()
})

t.test('W15: a cluster is opened for the keys of one prefix, which needs a hash tag', async (t) => {
  const url = 'redis+cluster://127.0.0.1:1'
  const expected = { code: 'RQD_BAD_OPTION', message: /needs a hash tag/ }
  t.throws(() => openRedis(url), expected)
  t.throws(() => openRedis(url, { prefix: 'ann' }), expected)
  const client = openRedis(url, { prefix: '{ann}:rq' })
  t.equal(client.status, 'wait')
  client.disconnect()
})

t.test('what is no URL of Redis is refused', async (t) => {
  t.throws(() => openRedis('http://localhost'), { code: 'RQD_BAD_OPTION' })
})
