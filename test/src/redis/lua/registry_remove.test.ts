import t from 'tap'
import { removeFromRegistry, type RegistryKey } from '../../../../src/redis/registry-store.js'
import { dump, dumpKeys } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const failed: RegistryKey = { key: keys.failed('q'), expires: true, withExecutions: false }
const started: RegistryKey = { key: keys.started('q'), expires: false, withExecutions: true }
const remove = (registry: RegistryKey, jobId: string, deleteJob = false) =>
  removeFromRegistry(client, keys, registry, { jobId, deleteJob })

async function fail(...ids: string[]): Promise<void> {
  await make.register()
  await make.enqueue(ids)
  const claims = await make.claim()
  await make.start(claims)
  await make.fail(claims)
}

void t.test('the entry alone goes; a second call finds nothing', async (t) => {
  await fail('a', 'b')
  t.strictSame(await remove(failed, 'a'), { taken: true, deleted: false })
  t.strictSame(await client.zrange(failed.key, 0, '-1'), ['b'])
  t.match(await make.job('a'), { status: 'failed' })
  const before = await dump(client)
  t.strictSame(await remove(failed, 'a'), { taken: false, deleted: false })
  t.strictSame(await dump(client), before)
})

void t.test('with the job: all that hangs on it goes but its results', async (t) => {
  await fail('a')
  await client.sadd(keys.dependents('a'), 'child')
  await client.sadd(keys.dependencies('a'), 'parent')
  t.strictSame(await remove(failed, 'a', true), { taken: true, deleted: true })
  t.strictSame(
    (await dumpKeys(client)).filter((key) => key.includes(':a')),
    [keys.results('a')],
  )
})

void t.test('a job that is elsewhere by now is taken out of there when it is deleted', async (t) => {
  await make.enqueue(['a', 'b'])
  await client.zadd(failed.key, 1, 'a')
  t.strictSame(await remove(failed, 'a', true), { taken: true, deleted: true })
  t.strictSame(await make.list(), ['b'])
  for (const [status, registry] of [
    ['finished', keys.finished('other')],
    ['stopped', keys.failed('other')],
    ['deferred', keys.deferred('other')],
    ['scheduled', keys.scheduled('other')],
    ['canceled', keys.canceled('other')],
  ] as const) {
    await client.hset(keys.job('c'), { status, origin: 'other', data: '[]' })
    await client.zadd(registry, 1, 'c', 1, 'd')
    t.strictSame(await remove(failed, 'c', true), { taken: false, deleted: true })
    t.strictSame(await client.zrange(registry, 0, '-1'), ['d'], status)
  }
})

void t.test('a running job: every entry goes, and its keys with it where it is deleted', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await remove(started, 'a'), { taken: true, deleted: false })
  t.equal(await client.exists(keys.execution('a', claim.execution)), 1)
  await client.zadd(started.key, 1, `a:${claim.execution}`, 1, 'a')
  t.strictSame(await remove(started, 'a', true), { taken: true, deleted: true })
  t.equal(await client.exists(started.key, keys.execution('a', claim.execution), keys.executions('a')), 0)
  t.strictSame(await make.finish([claim]), ['gone'], 'who runs it learns of it when it settles')
})

void t.test('a job of a group leaves the group', async (t) => {
  await fail('a')
  await client.hset(keys.job('a'), 'group_id', 'g')
  await client.sadd(`${keys.prefix}:group:g`, 'a', 'b')
  await remove(failed, 'a', true)
  t.strictSame(await client.smembers(`${keys.prefix}:group:g`), ['b'])
})

void t.test('what is no job is not deleted, and a key of another type is refused by name', async (t) => {
  await client.zadd(failed.key, 1, 'gone', 1, 'odd')
  await client.set(keys.job('odd'), 'text')
  t.strictSame(await remove(failed, 'gone', true), { taken: true, deleted: false })
  t.strictSame(await remove(failed, 'odd', true), { taken: true, deleted: false })
  t.equal(await client.get(keys.job('odd')), 'text')
  await client.set(failed.key, 'text')
  await t.rejects(remove(failed, 'a', true), {
    code: 'RQD_REDIS',
    message: /registry_remove: WRONGTYPE rq:failed:q holds a string, not a registry/,
  })
})
