import t from 'tap'
import { readDueTimes } from '../../../src/fleet/due-times.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { startRedis } from '../../helpers/redis.js'

t.test('scheduled jobs have a time when they are due, in whole seconds, and others have none', async (t) => {
  const { client } = await startRedis(t)
  const keys = createKeys()
  await client.zadd(keys.scheduled('q'), '4000000000.7', 'a')
  await client.zadd(keys.scheduled('q'), 'inf', 'never')
  await client.zadd(keys.failed('q'), 5, 'f')
  const found = [
    { id: 'f', queue: 'q', place: 'failed' },
    { id: 'a', queue: 'q', place: 'scheduled' },
    { id: 'a', queue: 'other', place: 'scheduled' },
    { id: 'never', queue: 'q', place: 'scheduled' },
  ] as const
  const due = await readDueTimes(new Store(client, keys), found)
  t.strictSame(due, [undefined, 4_000_000_000_000, undefined, Infinity])
})
