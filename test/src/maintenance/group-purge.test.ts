import t from 'tap'
import { GroupPurge } from '../../../src/maintenance/group-purge.js'
import { createKeys } from '../../../src/redis/keys.js'
import { dump } from '../../helpers/dump.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

/** A group of so many jobs, of which those from `gone` on have no hash. */
async function group(name: string, size: number, gone: number): Promise<void> {
  const steps = client.multi()
  steps.sadd(keys.groups, name)
  for (let i = 0; i < size; i++) {
    steps.sadd(keys.group(name), `${name}-${i}`)
    if (i < gone) steps.hset(keys.job(`${name}-${i}`), 'data', 'x', 'group_id', name)
  }
  await steps.exec()
}

void t.test('J21: round after round, ids whose job is gone are dropped, and empty groups', async (t) => {
  await group('all', 10, 10)
  await group('some', 10, 4)
  await group('none', 10, 0)
  await client.sadd(keys.groups, 'empty')
  const purge = new GroupPurge(client, keys)
  t.equal(await purge.step(), 16)
  t.strictSame((await client.smembers(keys.groups)).sort(), ['all', 'some'])
  t.equal(await client.scard(keys.group('all')), 10)
  t.equal(await client.scard(keys.group('some')), 4)
  t.equal(await purge.step(), 0)
  await client.del(keys.job('all-0'))
  t.equal(await purge.step(), 1)
})

void t.test('a step is bounded, and the next goes on where it ended', async (t) => {
  await group('large', 5_000, 0)
  const purge = new GroupPurge(client, keys)
  const first = await purge.step(600)
  t.ok(first > 0 && first < 2_500, `${first} ids in the first step`)
  let steps = 1
  for (; (await client.exists(keys.group('large'))) === 1; steps++) await purge.step(600)
  t.ok(steps > 2, `${steps} steps`)
  t.equal(await client.exists(keys.groups), 0)
})

void t.test(
  'RQ 2.x cannot delete a job whose group has no set: while a job names a group, its set stays',
  async (t) => {
    await group('g', 3, 1)
    // Not a job, but there: whoever has written it may still make one of it.
    await client.set(keys.job('g-1'), 'x')
    const purge = new GroupPurge(client, keys)
    t.equal(await purge.step(), 1)
    t.strictSame((await client.smembers(keys.group('g'))).sort(), ['g-0', 'g-1'])
    t.strictSame(await client.smembers(keys.groups), ['g'])
  },
)

void t.test('a key of a group that holds something else is left alone', async (t) => {
  await client.sadd(keys.groups, 'odd')
  await client.set(keys.group('odd'), 'x')
  const before = await dump(client)
  t.equal(await new GroupPurge(client, keys).step(), 0)
  t.strictSame(await dump(client), before)
})
