import t from 'tap'
import { allFailedJobIds, failedJobIds, failedJobStates } from '../../../src/fleet/failed-jobs.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'

const keys = createKeys()
const ids = Array.from({ length: 25 }, (_, i) => `j${String(i).padStart(2, '0')}`)

t.test('pages from either end', async (t) => {
  const { client } = await startRedis(t)
  await client.zadd(keys.failed('q'), ...ids.flatMap((id, i) => [i, id]))
  t.same(await failedJobIds(client, keys, 'q', { offset: 0, limit: 3 }), ['j00', 'j01', 'j02'])
  t.same(await failedJobIds(client, keys, 'q', { offset: 24, limit: 3 }), ['j24'])
  t.same(await failedJobIds(client, keys, 'q', { offset: 1, limit: 2, newestFirst: true }), ['j23', 'j22'])
  t.same(await failedJobIds(client, keys, 'q', { offset: 25, limit: 3 }), [])
  t.same(await failedJobIds(client, keys, 'q', { offset: 0, limit: 0 }), [])
})

t.test('all of them, whatever the page size', async (t) => {
  const { client } = await startRedis(t)
  t.same(await allFailedJobIds(client, keys, 'q'), [])
  await client.zadd(keys.failed('q'), ...ids.flatMap((id, i) => [i, id]))
  for (const size of [1, 5, 24, 25, 26, 1_000]) t.same(await allFailedJobIds(client, keys, 'q', size), ids, `${size}`)
})

t.test('what requeueing would do', async (t) => {
  const { client } = await startRedis(t)
  await client.zadd(keys.failed('q'), -1, 'a', 0, 'gone')
  await client.hset(keys.job('a'), 'status', 'failed')
  await client.hset(keys.job('other'), 'status', 'queued')
  t.same(await failedJobStates(client, keys, 'q', ['other', 'a', 'gone', 'nope']), [
    'not-failed',
    'failed',
    'missing',
    'not-failed',
  ])
  await client.set(keys.failed('odd'), 'text')
  t.same(await failedJobStates(client, keys, 'odd', ['a']), ['not-failed'])
  await t.rejects(failedJobIds(client, keys, 'odd', { offset: 0, limit: 1 }), {
    code: 'RQD_REDIS',
    message: /WRONGTYPE/,
  })
})
