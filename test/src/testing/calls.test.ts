import t from 'tap'
import { Queue } from '../../../src/queue.js'
import { scheduled } from '../../../src/testing.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)

void t.test('5.5 the calls that wait for a time are listed, the next one first', async (t) => {
  const queue = new Queue('default', { connection: client })
  const [later, sooner] = [new Date('2031-01-01T00:00:00Z'), new Date('2030-01-01T00:00:00Z')]
  await queue.with({ jobId: 'b' }).enqueueAt(later, 'arithmetic.nothing')
  await queue.with({ jobId: 'a' }).enqueueAt(sooner, 'arithmetic.add', 1, 2)
  await client.zadd('rq:scheduled:default', 5, 'gone')
  t.strictSame(await scheduled(queue), [
    { id: 'a', func: 'arithmetic.add', args: [1, 2], kwargs: {}, dueAt: sooner },
    { id: 'b', func: 'arithmetic.nothing', args: [], kwargs: {}, dueAt: later },
  ])
  t.strictSame(await scheduled(new Queue('other', { connection: client })), [])
})
