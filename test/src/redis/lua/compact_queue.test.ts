import fc from 'fast-check'
import t from 'tap'
import { compactQueue } from '../../../../src/redis/queue-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('ids whose job is gone are dropped; the others keep their order, twice or not', async (t) => {
  await make.enqueue(['a', 'b', 'c'])
  await client.del(keys.queue('q'))
  await client.rpush(keys.queue('q'), 'gone', 'a', 'gone', 'never', 'b', 'a', 'c', 'never')
  t.equal(await compactQueue(client, keys, 'q'), 4)
  t.strictSame(await make.list(), ['a', 'b', 'a', 'c'])
})

void t.test('whatever is on the queue and however long the steps are, exactly the dead ids go', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(7), { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), async (list, step) => {
      await client.flushall()
      for (let i = 0; i < 8; i += 2) await client.hset(keys.job(`job-${i}`), 'data', '[]')
      const ids = list.map((i) => `job-${i}`)
      if (ids.length > 0) await client.rpush(keys.queue('q'), ...ids)
      const living = ids.filter((_, i) => list[i]! % 2 === 0)
      const dropped = await compactQueue(client, keys, 'q', step)
      if (dropped !== ids.length - living.length) throw new Error(`${dropped} were dropped`)
      t.strictSame(await make.list(), living)
    }),
    { seed: 20_261_124, numRuns: 100 },
  )
})

void t.test('a queue without dead ids is not written to', async (t) => {
  await make.enqueue(['a', 'b'])
  const before = await dump(client)
  t.equal(await compactQueue(client, keys, 'q', 1), 0)
  t.strictSame(await dump(client), before)
  t.equal(await compactQueue(client, keys, 'none'), 0)
})

void t.test('a key of another type is refused by name', async (t) => {
  await client.set(keys.queue('odd'), 'text')
  await t.rejects(compactQueue(client, keys, 'odd'), {
    code: 'RQD_REDIS',
    message: /compact_queue: WRONGTYPE rq:queue:odd holds a string, not a list of job ids/,
  })
})
