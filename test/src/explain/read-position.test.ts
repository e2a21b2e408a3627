import fc from 'fast-check'
import t from 'tap'
import { readPosition } from '../../../src/explain/read-position.js'
import { formatIso } from '../../../src/job/time.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(() => client.flushall())

/** Jobs in a row, one a second. */
async function fill(count: number): Promise<void> {
  const pipeline = client.pipeline()
  for (let i = 0; i < count; i++) {
    pipeline.rpush(keys.queue('q'), `job-${i}`)
    pipeline.hset(keys.job(`job-${i}`), 'enqueued_at', formatIso(i * 1000))
  }
  await pipeline.exec()
}

t.test('C7 the position in a list that is shorter than what is searched is exact', async (t) => {
  await fill(50)
  await client.rpush(keys.queue('q'), 'job-7')
  const look = (id: string) => readPosition(client, keys, 'q', id)
  t.strictSame(await look('job-3'), { isThere: true, ahead: 3, isTwice: false, length: 51 })
  t.strictSame(await look('job-7'), { isThere: true, ahead: 7, isTwice: true, length: 51 })
  t.strictSame(await look('nope'), { isThere: false, ahead: null, isTwice: false, length: 51 })
  await client.set(keys.queue('text'), 'x')
  t.strictSame(await readPosition(client, keys, 'text', 'a'), {
    isThere: false,
    ahead: null,
    isTwice: false,
    length: null,
  })
})

t.test('C7 in a longer one, a job in the middle is found by the time at which it was enqueued', async (t) => {
  const count = 2_000
  await fill(count)
  const bounds = { mostSearched: 100, window: 16 }
  await fc.assert(
    fc.asyncProperty(fc.nat(count - 1), async (i) => {
      const found = await readPosition(client, keys, 'q', `job-${i}`, { ...bounds, enqueuedAtMs: i * 1000 })
      return found.isThere === true && found.ahead === i
    }),
    { numRuns: 100 },
  )
  // Jobs that are gone lie in between.
  for (let i = 990; i < 1_010; i += 2) await client.del(keys.job(`job-${i}`))
  const found = await readPosition(client, keys, 'q', 'job-1001', { ...bounds, enqueuedAtMs: 1_001_000 })
  t.equal(found.ahead, 1_001)
  t.match(await readPosition(client, keys, 'q', 'job-1001', bounds), { isThere: null, ahead: null, length: count })
  t.match(await readPosition(client, keys, 'q', 'job-1001', { ...bounds, enqueuedAtMs: 1_500_000 }), { isThere: null })
})
