import t from 'tap'
import { Job, popConnection, pushConnection, Queue, withConnection } from '../../src/index.js'
import { startRedis } from '../helpers/redis.js'

const first = await startRedis(t)
const second = await startRedis(t)

const on = async (redis: typeof first): Promise<number> => redis.client.llen('rq:queue:q')

void t.test('J19: without any, a queue and a job are refused with what to do', async (t) => {
  const expected = { code: 'RQD_BAD_OPTION', message: /no Redis connection: pass .* or call it within withConnection/ }
  t.throws(() => new Queue('q'), expected)
  await t.rejects(Job.fetch('a'), expected)
  await t.rejects(Job.fetchMany(['a']), expected)
})

void t.test('J19: the innermost context counts, across await and for each task by itself', async (t) => {
  await withConnection(first.client, async () => {
    const job = await new Queue('q').enqueue('tasks.add', 1)
    t.equal((await Job.fetch(job.id)).id, job.id)
    await Promise.all([
      withConnection(second.client, async () => {
        await Promise.resolve()
        await t.rejects(Job.fetch(job.id), { code: 'RQD_NO_SUCH_JOB' })
        await new Queue('q').enqueue('tasks.add', 2)
        await new Queue('q', { connection: first.client }).enqueue('tasks.add', 3)
      }),
      new Queue('q').enqueue('tasks.add', 4),
    ])
    t.equal((await Job.fetch(job.id)).id, job.id, 'the outer one again')
  })
  t.strictSame([await on(first), await on(second)], [3, 1])
  t.throws(() => new Queue('q'), { code: 'RQD_BAD_OPTION' })
})

void t.test('J19: push and pop nest, here and within a context', (t) => {
  t.throws(() => popConnection(), { code: 'RQD_BAD_OPTION', message: /pushConnection/ })
  pushConnection(first.client)
  pushConnection(second.client)
  t.ok(new Queue('q'))
  withConnection(first.client, () => {
    t.throws(() => popConnection(), { code: 'RQD_BAD_OPTION' })
    pushConnection(second.client)
    t.equal(popConnection(), second.client)
  })
  t.equal(popConnection(), second.client)
  t.equal(popConnection(), first.client)
  t.throws(() => new Queue('q'), { code: 'RQD_BAD_OPTION' })
  t.end()
})
