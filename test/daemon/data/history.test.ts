import t from 'tap'
import { DataHere } from '../../../daemon/data/here.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { addHistory } from '../../../src/redis/history-store.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

t.test('C11: history tells of every minute asked for, the oldest first', async (t) => {
  const { client } = await startRedis(t)
  const { store, keys } = new Factory(client)
  const data = new DataHere({ store, clock: systemClock, random: systemRandom })
  const now = { waiting: 5, failedJobs: 4, running: 3, workers: 2, busyWorkers: 1 }
  const add = { finished: 2, runMs: 1_500, waits: 2, waitMs: 250 }
  const part = { add, top: { longestRunMs: 1_000, longestWaitMs: 200 }, now }
  const nowMs = await addHistory(client, keys, [{ ageMs: 3 * 60_000, part }])
  const { minutes } = await data.call('history', {})
  t.equal(minutes.length, 60)
  for (const [i, { at }] of minutes.slice(1).entries()) {
    t.equal(Date.parse(at) - Date.parse(minutes[i]?.at ?? ''), 60_000)
  }
  const at = new Date(Math.floor(nowMs / 60_000 - 3) * 60_000).toISOString()
  t.strictSame(
    minutes.find(({ finished }) => finished > 0),
    {
      at,
      finished: 2,
      failed: 0,
      retried: 0,
      stopped: 0,
      interrupted: 0,
      waits: 2,
      ...now,
      runSec: 1.5,
      longestRunSec: 1,
      waitSec: 0.25,
      longestWaitSec: 0.2,
    },
  )
  t.equal(minutes[0]?.waiting, null)
  t.equal((await data.call('history', { minutes: 1_440 })).minutes.length, 1_440)
  await t.rejects(data.call('history', { minutes: 1_441 }), { message: /minutes/ })
})
