import t from 'tap'
import { readKey } from '../../../src/redis/read-key.js'
import { startRedis } from '../../helpers/redis.js'

const { client, connect } = await startRedis(t)

void t.test('the reply, or an error that names the key, what it holds and what it should', async (t) => {
  t.equal(await readKey(client, 'a', 'a list', client.llen('a')), 0)
  await client.set('a', 'text')
  await t.rejects(readKey(client, 'a', 'a list', client.llen('a')), {
    code: 'RQD_REDIS',
    message: 'Redis could not read a: it holds a string, not a list',
  })
})

void t.test('a connection that is gone is told as such', async (t) => {
  const other = connect()
  await other.ping()
  other.disconnect()
  await t.rejects(readKey(other, 'a', 'a list', other.llen('a')), {
    code: 'RQD_REDIS',
    message: /Redis could not read a: .*closed/,
  })
})
