import t from 'tap'
import { DataHere } from '../../daemon/data/here.js'
import { systemClock } from '../../src/clock.js'
import { Queue } from '../../src/queue.js'
import { systemRandom } from '../../src/random.js'
import { createKeys } from '../../src/redis/keys.js'
import { Store } from '../../src/redis/store.js'
import { startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'

t.test('C11: a daemon writes what it has done into the history, and how the fleet stands', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const queue = new Queue('default', { connection: client })
  for (let i = 0; i < 5; i++) await queue.enqueue('arithmetic.add', { args: [i, 1] })
  for (let i = 0; i < 2; i++) await queue.enqueue('no.such.function')
  const daemon = await startDaemon(t, redis, ['--executors', '1', '--burst'], { ready: false })
  await daemon.ended
  const data = new DataHere({ store: new Store(client, createKeys()), clock: systemClock, random: systemRandom })
  const { minutes } = await data.call('history', {})
  const sum = (name: 'finished' | 'failed' | 'waits' | 'waitSec' | 'runSec'): number =>
    minutes.reduce((total, minute) => total + minute[name], 0)
  t.equal(sum('finished'), 5)
  t.equal(sum('failed'), 2)
  t.equal(sum('waits'), 5, 'of jobs whose function was called')
  t.ok(sum('waitSec') > 0)
  t.ok(sum('runSec') > 0)
  t.ok(minutes.some(({ workers }) => workers !== null))
})

t.test('C11: without a history nothing of it is written, and others count its runs', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const keys = createKeys()
  await startDaemon(t, redis, ['--executors', '1', '--no-history'])
  await new Queue('default', { connection: client }).enqueue('arithmetic.add', { args: [1, 1] })
  const [supervisor = ''] = await client.zrange(keys.supervisors, 0, '-1')
  t.equal(await client.hexists(keys.supervisor(supervisor), 'history'), 0)
  t.strictSame(await client.keys('rqd:history:*'), [])
})
