import t from 'tap'
import { deleteQueue } from '../../../../src/redis/queue-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('the queue and its ids go, its jobs and the other queues stay', async (t) => {
  await make.enqueue(['a', 'b'])
  await make.enqueue('c', { queue: 'other' })
  t.equal(await deleteQueue(client, keys, 'q'), 2)
  const left = [keys.job('a'), keys.job('b'), keys.job('c'), keys.queue('other'), keys.queues]
  t.strictSame(Object.keys(await dump(client)), left.sort())
  t.strictSame(await client.smembers(keys.queues), [keys.queue('other')])
  t.equal(await deleteQueue(client, keys, 'q'), 0, 'a second time changes nothing')
})

void t.test('keys of another type are refused by name, and nothing is written', async (t) => {
  await make.enqueue('a')
  await client.set(keys.queue('odd'), 'text')
  const before = await dump(client)
  await t.rejects(deleteQueue(client, keys, 'odd'), {
    code: 'RQD_REDIS',
    message: /delete_queue: WRONGTYPE rq:queue:odd holds a string, not a list of job ids/,
  })
  t.strictSame(await dump(client), before)
})
