import t from 'tap'
import { Queue } from '../../src/queue.js'
import { enqueued, runQueued } from '../../src/testing.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'

const { client, connect } = await startRedis(t)
t.beforeEach(async () => {
  await client.flushall()
})

const open = (name = 'default'): Queue => new Queue(name, { connection: client, taskPaths: [fixtureTasks] })

void t.test('the calls that wait are listed, the next one first', async (t) => {
  const queue = open()
  await queue.enqueueCall({ func: 'arithmetic.add', args: [1], kwargs: { b: 2 }, jobId: 'a' })
  await queue.with({ jobId: 'b', atFront: true }).enqueue('arithmetic.nothing')
  await client.rpush('rq:queue:default', 'gone')
  t.strictSame(await enqueued(queue), [
    { id: 'b', func: 'arithmetic.nothing', args: [], kwargs: {} },
    { id: 'a', func: 'arithmetic.add', args: [1], kwargs: { b: 2 } },
  ])
  t.strictSame(await enqueued(open('other')), [])
})

void t.test('all that waits is run in this process', async (t) => {
  const [high, low] = [open('high'), open('low')]
  const job = await low.enqueue('arithmetic.add', 1, 2)
  await high.enqueue('thrower.fail', 'x')
  t.equal(await runQueued(high, low), 2)
  t.strictSame(await enqueued(low), [])
  t.equal((await job.refresh()).result, 3)
  t.equal(await runQueued(high, low), 0)
})

void t.test('queues of two connections are refused', async (t) => {
  const stranger = new Queue('other', { connection: connect() })
  await t.rejects(runQueued(open(), stranger), {
    code: 'RQD_BAD_OPTION',
    message: /queue "other" has another connection/,
  })
})
