import t from 'tap'
import { allRegistryIds, registryCount, registryPage } from '../../../../src/redis/registry-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const { keys } = new Factory(client)
t.beforeEach(async () => {
  await client.flushall()
})

const far = 4_000_000_000
const expiring = { key: keys.failed('q'), expires: true, withExecutions: false }
const plain = { ...expiring, expires: false }
const started = { key: keys.started('q'), expires: false, withExecutions: true }

void t.test('entries that have run out count as gone, and nothing is written', async (t) => {
  await client.zadd(expiring.key, -1, 'for-ever', 0, 'zero', 1, 'over-1', 2, 'over-2', far, 'kept', '+inf', 'always')
  const before = await dump(client)
  t.equal(await registryCount(client, expiring), 4)
  t.equal(await registryCount(client, plain), 6)
  t.strictSame(await allRegistryIds(client, expiring), ['for-ever', 'zero', 'kept', 'always'])
  t.strictSame(await dump(client), before)
})

void t.test('every range of ranks, from both ends, is the slice of the whole', async (t) => {
  const all = ['a', 'b', 'c', 'd', 'e']
  await client.zadd(expiring.key, -1, 'a', -1, 'b', 5, 'over', 6, 'over-2', far, 'c', far + 1, 'd', far + 2, 'e')
  for (const highestFirst of [false, true]) {
    const ordered = highestFirst ? [...all].reverse() : all
    for (let first = -7; first <= 7; first += 1) {
      for (let last = -7; last <= 7; last += 1) {
        const from = Math.max(0, first < 0 ? first + 5 : first)
        const to = last < 0 ? last + 5 : last
        const { count, jobIds } = await registryPage(client, expiring, { first, last, highestFirst })
        const expected = to < 0 ? [] : ordered.slice(from, to + 1)
        if (count !== 5 || jobIds.join() !== expected.join()) t.fail(`${first} ${last}: ${jobIds.join()}`)
      }
    }
  }
  t.pass('all of them')
})

void t.test('a long registry is read in steps', async (t) => {
  const ids = Array.from({ length: 25 }, (_, i) => `job-${String(i).padStart(2, '0')}`)
  await client.zadd(plain.key, ...ids.flatMap((id, i) => [i, id]))
  for (const size of [1, 7, 24, 25, 26]) t.strictSame(await allRegistryIds(client, plain, size), ids)
})

void t.test('entries of executions are given as the ids of their jobs, each once', async (t) => {
  const execution = '0123456789abcdef0123456789abcdef'
  await client.zadd(started.key, 1, `one:${execution}`, 2, 'old', 3, `co:lon:${execution}`, 4, 'a:b')
  t.strictSame(await allRegistryIds(client, started), ['one', 'old', 'co:lon', 'a:b'])
})

void t.test('a key of another type is refused by name', async (t) => {
  await client.set(plain.key, 'text')
  await t.rejects(registryCount(client, plain), {
    code: 'RQD_REDIS',
    message: /registry_page: WRONGTYPE rq:failed:q holds a string, not a registry/,
  })
})
