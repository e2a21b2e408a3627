import t, { type Test } from 'tap'
import { clientFor, databaseUrl, lendDatabase } from './lent-database.js'
import { needsOwnServer } from './needs-own-server.js'
import { startRedis } from './redis.js'

// This file says it for itself: "startRedis(t, " makes it one of those that have a server of their own.
const start = (t: Test): ReturnType<typeof startRedis> => startRedis(t, ['--databases', '4'])

t.test('a database of a foreign server is lent only while it is empty, and only such a one is flushed', async (t) => {
  const { client, url } = await start(t)
  const foreign = clientFor(databaseUrl(url, 1))
  t.teardown(() => foreign.disconnect())
  await client.set('theirs', '0')
  await foreign.set('theirs', '1')
  const lent = await lendDatabase(url, 'a')
  const other = await lendDatabase(url, 'b')
  t.equal(lent.url, databaseUrl(url, 2))
  t.equal(other.url, databaseUrl(url, 3))
  const own = clientFor(lent.url)
  await own.set('ours', '2')
  own.disconnect()
  await lent.release()
  await other.release()
  t.same((await client.keys('*')).sort(), ['theirs'], 'no mark is left')
  t.equal(await foreign.get('theirs'), '1')
  const again = await lendDatabase(url, 'c')
  t.equal(again.url, lent.url, 'it is empty again')
  await again.release()
})

t.test('a database whose mark has run out is not flushed: it may be lent to somebody else', async (t) => {
  const { client, url } = await start(t)
  const lent = await lendDatabase(url, 'a')
  await client.del('rqd-test:database:1')
  const own = clientFor(lent.url)
  t.teardown(() => own.disconnect())
  await own.set('somebody’s', '1')
  await lent.release()
  t.equal(await own.dbsize(), 1)
})

t.test('addresses of databases: of each kind of URL', (t) => {
  t.equal(databaseUrl('redis://:secret@example.com:7000', 3), 'redis://:secret@example.com:7000/3')
  t.equal(databaseUrl('redis://example.com/0', 3), 'redis://example.com/3')
  t.equal(databaseUrl('unix:///run/redis.sock', 3), 'unix:///run/redis.sock?db=3')
  t.end()
})

t.test('a file needs a server of its own if it does more than send commands of a database', (t) => {
  for (const source of [
    'redis.restart()',
    "startRedis(t, ['--port', '1'])",
    "client.config('SET', 'a', 'b')",
    "from './look.js'",
  ]) {
    t.equal(needsOwnServer(source), true, source)
  }
  for (const source of ['const redis = await startRedis(t)', 'daemon.socket', "client.llen('rq:queue:q')"]) {
    t.equal(needsOwnServer(source), false, source)
  }
  t.end()
})
