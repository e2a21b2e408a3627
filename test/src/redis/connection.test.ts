import { inspect } from 'node:util'
import t from 'tap'
import { connectRedis, parseRedisUrl, redactUrl } from '../../../src/redis/connection.js'
import { systemRandom } from '../../../src/random.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

void t.test('URLs of all forms are understood', (t) => {
  const cases: [string, object][] = [
    ['redis://box', { host: 'box', port: 6379 }],
    ['redis://', { host: '127.0.0.1', port: 6379 }],
    ['redis://box:7000/3', { host: 'box', port: 7000, db: 3 }],
    ['redis://box/', { host: 'box', port: 6379 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://:p%40ss@box', { host: 'box', port: 6379, password: 'p@ss' }],
    ['redis://me:secret@box', { host: 'box', port: 6379, username: 'me', password: 'secret' }],
    ['rediss://me@box', { host: 'box', port: 6379, username: 'me', tls: {} }],
    ['unix:///run/redis.sock', { path: '/run/redis.sock' }],
    ['unix:///run/a%20b.sock?db=4', { path: '/run/a b.sock', db: 4 }],
  ]
  for (const [url, options] of cases) {
    t.strictSame(parseRedisUrl(url), options, url)
  }
  t.end()
})

void t.test('other URLs are refused with what was found and what is expected, never with a password', (t) => {
  const cases: [string, RegExp][] = [
    ['localhost', /"localhost" is not a URL; expected redis:\/\/host:port\/db/],
    ['', /"" is not a URL/],
    ['http://box', /has the scheme http:\/\//],
    ['redis://box/zero', /names the database "zero", not a number/],
    ['redis://box/-1', /names the database "-1"/],
    ['redis://box/1/2', /names the database "1\/2"/],
    ['unix:///a?db=x', /names the database "x"/],
    ['unix://box/a', /needs an absolute path/],
    ['redis://box:99999', /is not a URL/],
    ['redis://:7000/3', /is not a URL/],
    ['redis://me:top%secret@box', /has a "%" in its password that is not written %25/],
    ['redis://to%p:top-secret@box', /has a "%" in its user name/],
    ['unix:///a%b', /has a "%" in its path/],
    ['redis://me:top#secret@box', /\*\*\*/],
    ['redis://me:top/secret@box/x', /\*\*\*/],
    ['redis://me:top-secret@box:port', /"redis:\/\/me:\*\*\*@box:port" is not a URL/],
  ]
  for (const [url, message] of cases) {
    try {
      parseRedisUrl(url)
      t.fail(`${url} was accepted`)
    } catch (error) {
      t.match(error, { code: 'RQD_BAD_OPTION', message })
      t.notMatch(inspect(error), /secret/, `${url}: nothing of the error shows the password`)
    }
  }
  t.end()
})

void t.test('a URL is shown without its password, whatever characters that has', (t) => {
  for (const [url, shown] of [
    ['redis://me:secret@box:1/2', 'redis://me:***@box:1/2'],
    ['rediss://:secret@box', 'rediss://:***@box'],
    ['redis://me:se@cret@box', 'redis://me:***@box'],
    ['redis://me:se/cr?e#t@box', 'redis://me:***@box'],
    ['redis://me@box:1', 'redis://me@box:1'],
    ['redis://box:1/2', 'redis://box:1/2'],
    ['unix:///a:b@c.sock', 'unix:///a:b@c.sock'],
    ['not a url', 'not a url'],
  ] as const) {
    t.equal(redactUrl(url), shown)
  }
  t.end()
})

void t.test('a connection has a name that Redis accepts, and speaks to the database of its URL', async (t) => {
  const { url, client } = await startRedis(t)
  const redis = connectRedis(`${url}?db=5`, {
    commandTimeoutMs: 1_000,
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
  const redis = connectRedis(url, { commandTimeoutMs: 100, random: systemRandom })
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.connect()
  await t.rejects(redis.blpop('nothing', 0), /timed out/i)
  await client.rpush('nothing', 'something')
  await waitFor('the late answer to that command', async () => (await client.llen('nothing')) === 0)
})

void t.test('while the connection is down commands fail at once; it returns by itself', async (t) => {
  const { url, client } = await startRedis(t)
  const redis = connectRedis(url, { commandTimeoutMs: 1_000, random: systemRandom })
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
