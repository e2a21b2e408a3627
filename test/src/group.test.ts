import t from 'tap'
import { Group, Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { startRedis } from '../helpers/redis.js'

const { client: connection } = await startRedis(t)
const keys = createKeys()

void t.test('J21 a group knows its jobs on all queues, and leaves out those that are gone', async (t) => {
  const [high, low] = ['high', 'low'].map((name) => new Queue(name, { connection }))
  const group = new Group('night', { connection })
  t.strictSame(await group.jobs(), [])
  const a = await high!.with({ group, jobId: 'a' }).enqueue('tasks.add')
  await low!.with({ group: 'night', jobId: 'b' }).enqueueIn('1h', 'tasks.add')
  const [c] = await group.enqueueMany(low!, [low!.with({ dependsOn: a, jobId: 'c' }).prepare('tasks.add')])
  t.equal(c.status, 'deferred')
  t.strictSame(await group.jobIds(), ['a', 'b', 'c'])
  await connection.del(keys.job('b'))
  t.strictSame(
    (await group.jobs()).map(({ id }) => id),
    ['a', 'c'],
  )
  await new Group('day', { connection }).enqueueMany(high!, [{ func: 'tasks.add' }])
  t.strictSame(
    (await Group.all({ connection })).map(({ name }) => name),
    ['day', 'night'],
  )
  await connection.hset(keys.job('a'), 'created_at', 'never')
  await t.rejects(group.jobs(), { code: 'RQD_MALFORMED_JOB' })
})

void t.test('a group without a name is refused', (t) => {
  t.throws(() => new Group('', { connection }), { code: 'RQD_BAD_OPTION' })
  t.end()
})
