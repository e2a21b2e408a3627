import t from 'tap'
import {
  CanceledJobRegistry,
  DeferredJobRegistry,
  FailedJobRegistry,
  FinishedJobRegistry,
  Queue,
  ScheduledJobRegistry,
  StartedJobRegistry,
} from '../../../src/index.js'
import { dump } from '../../helpers/dump.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

// J18: the registries of a queue, and what all of them can do.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const queue = new Queue('q', { connection: client })
t.beforeEach(async () => {
  await client.flushall()
})

const far = 4_000_000_000
const options = { connection: client }
const registries = [
  [queue.startedJobRegistry, StartedJobRegistry, keys.started('q')],
  [queue.finishedJobRegistry, FinishedJobRegistry, keys.finished('q')],
  [queue.failedJobRegistry, FailedJobRegistry, keys.failed('q')],
  [queue.deferredJobRegistry, DeferredJobRegistry, keys.deferred('q')],
  [queue.scheduledJobRegistry, ScheduledJobRegistry, keys.scheduled('q')],
  [queue.canceledJobRegistry, CanceledJobRegistry, keys.canceled('q')],
] as const

for (const [registry, kind, key] of registries) {
  void t.test(`J18 ${kind.name}: count, ids, contains, times, remove`, async (t) => {
    t.type(registry, kind)
    t.equal(new kind('q', options).key, key)
    t.equal(registry.name, 'q')
    t.equal(registry.toString(), `<${kind.name} q>`)
    t.strictSame([await registry.count(), await registry.jobIds(), await registry.contains('a')], [0, [], false])
    t.equal(await registry.getExpirationTime('a'), undefined)
    await client.zadd(key, far, 'a', far + 1, 'b', far + 2, 'c', '+inf', 'd')
    for (const id of ['a', 'b', 'c', 'd'])
      await client.hset(keys.job(id), { data: '[]', origin: 'q', status: 'queued' })
    const before = await dump(client)
    t.equal(await registry.count(), 4)
    t.strictSame(await registry.jobIds(), ['a', 'b', 'c', 'd'])
    t.strictSame(await registry.jobIds({ desc: true }), ['d', 'c', 'b', 'a'])
    t.strictSame(await registry.jobIds({ start: 1, end: 2 }), ['b', 'c'])
    t.strictSame(await registry.jobIds({ start: 1 }), ['b', 'c', 'd'])
    t.strictSame(await registry.jobIds({ start: 1, desc: true }), ['c', 'b', 'a'])
    t.strictSame(await registry.jobIds({ start: -2 }), ['c', 'd'])
    t.strictSame(await registry.jobIds({ start: 0, end: -3, desc: true }), ['d', 'c'])
    t.equal(await registry.contains('b'), true)
    t.equal(await registry.contains((await queue.fetchJob('b'))!), true)
    t.equal(await registry.contains('e'), false)
    t.strictSame(await registry.getExpirationTime('b'), new Date((far + 1) * 1000))
    t.equal(await registry.getExpirationTime('d'), null, 'kept for ever')
    t.equal(await registry.cleanup(), 0, 'nothing has run out')
    t.strictSame(await dump(client), before, 'nothing was written')
    t.equal(await registry.remove('a'), true)
    t.equal(await registry.remove('a'), false)
    t.equal(await registry.remove((await queue.fetchJob('b'))!, { deleteJob: true }), true)
    t.strictSame(await registry.jobIds(), ['c', 'd'])
    t.strictSame(await client.exists(keys.job('a'), keys.job('b')), 1)
    await t.rejects(registry.jobIds({ start: 0.5 }), { code: 'RQD_BAD_OPTION', message: /start is 0\.5/ })
  })
}

void t.test('J18 a registry is refused under a name that no queue can have', async (t) => {
  t.throws(() => new FailedJobRegistry('a,b', options), { code: 'RQD_BAD_OPTION' })
})

void t.test(
  'J18 finished and failed jobs that have run out are gone to readers, and cleaned up in steps',
  async (t) => {
    const ids = Array.from({ length: 450 }, (_, i) => `over-${i}`)
    for (const registry of [queue.finishedJobRegistry, queue.failedJobRegistry]) {
      await client.flushall()
      await client.zadd(registry.key, ...ids.flatMap((id, i) => [i + 1, id]), -1, 'for-ever', far, 'kept')
      t.equal(await registry.count(), 2)
      t.strictSame(await registry.jobIds(), ['for-ever', 'kept'])
      t.equal(await registry.contains('over-1'), false)
      t.equal(await registry.getExpirationTime('for-ever'), null)
      t.equal(await registry.cleanup(), 450)
      t.equal(await client.zcard(registry.key), 2)
    }
  },
)

void t.test('J18 a started job is found under its id and its executions, RQ 1.13 and later', async (t) => {
  const { startedJobRegistry: started } = queue
  const claim = await make.running('ours')
  await client.zadd(started.key, far, 'old')
  t.strictSame(await client.zrange(started.key, 0, '-1'), [`ours:${claim.execution}`, 'old'])
  t.equal(await started.count(), 2)
  t.strictSame(await started.jobIds(), ['ours', 'old'])
  t.equal(await started.contains('ours'), true)
  t.equal(await started.contains('old'), true)
  const due = (await started.getExpirationTime('ours'))!.getTime() - Date.now()
  t.ok(due > 60_000 && due <= 90_000, `${due} ms from now`)
  t.equal(await started.remove('ours'), true)
  t.strictSame(await started.jobIds(), ['old'])
})

void t.test(
  'J18 cleanup of started jobs reserves the abandoned, for a later call to recover, and spares ours',
  async (t) => {
    const { startedJobRegistry: started } = queue
    const claim = await make.running('ours')
    await client.zadd(started.key, 1, `ours:${claim.execution}`)
    await client.hset(keys.job('dead'), { data: '[]', origin: 'q', status: 'started', worker_name: 'w' })
    await client.zadd(started.key, 1, 'dead', 1, 'gone')
    t.equal(await started.cleanup(), 1, 'the entry without a job')
    t.strictSame((await started.jobIds()).sort(), ['dead', 'ours'])
    const note = (await client.hget(keys.abandoned('q'), 'dead'))!.split(' ')
    t.equal(await started.cleanup(), 0, 'too early for the reserved one')
    // As if five seconds had passed.
    await client.hset(keys.abandoned('q'), 'dead', [note[0], Number(note[1]) - 6, ...note.slice(2)].join(' '))
    t.equal(await started.cleanup(), 1)
    t.strictSame(await queue.failedJobRegistry.jobIds(), ['dead'])
    t.strictSame(await started.jobIds(), ['ours'])
  },
)

void t.test('J18 requeue puts a failed job back, last or first, and says why it cannot', async (t) => {
  const { failedJobRegistry: failed } = queue
  await make.register()
  await make.enqueue(['a', 'b', 'gone'])
  const claims = await make.claim()
  await make.start(claims)
  await make.fail(claims)
  await client.del(keys.job('gone'))
  await make.enqueue('waits')
  const job = await failed.requeue('a')
  t.match(job, { id: 'a', status: 'queued', startedAt: undefined, endedAt: undefined, origin: 'q' })
  await failed.requeue((await queue.fetchJob('b'))!, { atFront: true })
  t.strictSame(await queue.jobIds(), ['b', 'waits', 'a'])
  await t.rejects(failed.requeue('a'), {
    code: 'RQD_INVALID_JOB_OPERATION',
    message: 'cannot requeue the job "a": it is not among the failed jobs of the queue "q"',
  })
  await t.rejects(failed.requeue('gone'), { code: 'RQD_NO_SUCH_JOB' })
  t.strictSame(await failed.jobIds(), [])
})

void t.test('J18 when scheduled jobs are due, and which are', async (t) => {
  const { scheduledJobRegistry: scheduled } = queue
  await client.zadd(scheduled.key, 100, 'a', 200, 'b', far, 'c')
  t.strictSame(await scheduled.getScheduledTime('a'), new Date(100_000))
  t.equal(await scheduled.getScheduledTime('never'), undefined)
  t.strictSame(await scheduled.getJobsToSchedule(), ['a', 'b'])
  t.strictSame(await scheduled.getJobsToSchedule({ limit: 1 }), ['a'])
  t.strictSame(await scheduled.getJobsToSchedule({ before: new Date(150_000) }), ['a'])
  t.equal(await scheduled.count(), 3, 'nothing is moved')
  await t.rejects(scheduled.getJobsToSchedule({ limit: -1 }), { code: 'RQD_BAD_OPTION', message: /limit is -1/ })
  await t.rejects(scheduled.getJobsToSchedule({ before: new Date(NaN) }), { code: 'RQD_BAD_OPTION', message: /before/ })
  await client.del(scheduled.key)
  await client.set(scheduled.key, 'text')
  await t.rejects(scheduled.getJobsToSchedule(), { message: /rq:scheduled:q.*holds a string, not a registry/ })
})
