import t from 'tap'
import { Group, Queue, withConnection } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { Factory } from '../helpers/factory.js'
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

void t.test('J21 a group is fetched if it has jobs, and made under a name of its own', async (t) => {
  await t.rejects(Group.fetch('nobody', { connection }), {
    code: 'RQD_NO_SUCH_GROUP',
    group: 'nobody',
    message: 'No such group: "nobody" has no jobs in Redis',
  })
  const group = Group.create({ connection })
  t.match(group.name, /^[0-9a-f-]{36}$/)
  await t.rejects(Group.fetch(group.name, { connection }), { code: 'RQD_NO_SUCH_GROUP' })
  await group.enqueueMany(new Queue('q', { connection }), [{ func: 'tasks.add', jobId: 'one' }])
  t.equal((await Group.fetch(group.name, { connection })).name, group.name)
  t.strictSame(await withConnection(connection, () => new Group(group.name).jobIds()), ['one'])
})

void t.test('J21 cleanup drops the ids whose job is gone, and a group with its last', async (t) => {
  await connection.flushall()
  const queue = new Queue('q', { connection })
  const group = new Group('large', { connection })
  const ids = Array.from({ length: 1000 }, (_, i) => `job-${i}`)
  await group.enqueueMany(
    queue,
    ids.map((jobId) => ({ func: 'tasks.add', jobId })),
  )
  t.equal(await group.cleanup(), 0)
  await connection.del(...ids.slice(1).map((id) => keys.job(id)))
  t.equal(await group.cleanup(), 999)
  t.strictSame(await group.jobIds(), ['job-0'])
  await connection.del(keys.job('job-0'))
  t.equal(await group.cleanup(), 1)
  t.strictSame(await Group.all({ connection }), [])
  t.equal(await connection.exists(keys.groups, keys.group('large')), 0)
})

void t.test('J21 a job that is deleted or finished for good leaves its group; the last takes it along', async (t) => {
  await connection.flushall()
  const queue = new Queue('q', { connection })
  const [a, b, c] = await new Group('g', { connection }).enqueueMany(queue, [
    { func: 'tasks.add', jobId: 'a' },
    { func: 'tasks.add', jobId: 'b' },
    { func: 'tasks.add', jobId: 'c', resultTtl: 0 },
  ])
  await a.delete()
  t.strictSame((await connection.smembers(keys.group('g'))).sort(), ['b', 'c'])
  t.strictSame(await connection.smembers(keys.groups), ['g'], 'the set is there while a job names it')
  await b.cancel()
  t.equal(await connection.sismember(keys.group('g'), 'b'), 1)
  await queue.canceledJobRegistry.remove(b, { deleteJob: true })
  const make = new Factory(connection)
  await make.register()
  await make.finish(await make.claim(), { resultTtlSec: 0 })
  t.equal(await connection.exists(keys.job(c.id), keys.group('g'), keys.groups), 0)
})
