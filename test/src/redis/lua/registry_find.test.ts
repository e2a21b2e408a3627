import t from 'tap'
import { registryScore } from '../../../../src/redis/registry-store.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const { keys } = new Factory(client)
t.beforeEach(async () => {
  await client.flushall()
})

const far = 4_000_000_000
const registry = { key: keys.finished('q'), expires: true, withExecutions: false }
const started = { key: keys.started('q'), expires: false, withExecutions: true }

void t.test('the score of an entry, unless it has run out', async (t) => {
  await client.zadd(registry.key, -1, 'for-ever', 5, 'over', far, 'kept', '+inf', 'always')
  const score = (id: string) => registryScore(client, keys, registry, id)
  t.equal(await score('kept'), far)
  t.equal(await score('for-ever'), -1)
  t.equal(await score('always'), Infinity)
  t.equal(await score('over'), undefined)
  t.equal(await score('never'), undefined)
  t.equal(await registryScore(client, keys, { ...registry, expires: false }, 'over'), 5)
})

void t.test('a started job stands under its id or under its executions: the latest counts', async (t) => {
  await client.zadd(keys.executions('a'), 1, 'e1', 2, 'e2')
  await client.zadd(started.key, 7.5, 'a:e1', 10, 'a:e2', 3, 'old', 99, 'b:e1')
  const score = (id: string) => registryScore(client, keys, started, id)
  t.equal(await score('a'), 10)
  t.equal(await score('old'), 3)
  t.equal(await score('b'), undefined, 'an execution that the job does not know')
  await client.set(keys.executions('old'), 'text')
  t.equal(await score('old'), 3)
})

void t.test('a key of another type is refused by name', async (t) => {
  await client.set(registry.key, 'text')
  await t.rejects(registryScore(client, keys, registry, 'a'), {
    code: 'RQD_REDIS',
    message: /registry_find: WRONGTYPE rq:finished:q holds a string, not a registry/,
  })
})
