import t from 'tap'
import { pauseAudience, pauseEverywhere, pausedEverywhere, resumeEverywhere } from '../../../src/index.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)
const place = { connection: client }
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('C3: queues are paused and resumed by name, or all of them', async (t) => {
  t.same(await pausedEverywhere(place), { all: false, queues: [] })
  t.same(await pauseEverywhere(['low', 'high:x'], place), { all: false, queues: ['high:x', 'low'] })
  t.same((await client.smembers('rqd:paused')).sort(), ['rq:queue:high:x', 'rq:queue:low'])
  t.same(await pauseEverywhere(['low'], place), { all: false, queues: ['high:x', 'low'] })
  t.same(await resumeEverywhere(['low', 'other'], place), { all: false, queues: ['high:x'] })
  t.same(await pauseEverywhere([], place), { all: true, queues: ['high:x'] })
  await t.rejects(resumeEverywhere(['high:x'], place), {
    code: 'RQD_BAD_OPTION',
    message: /^all queues are paused everywhere, and high:x cannot be resumed alone; resume all, /,
  })
  t.same(await resumeEverywhere([], place), { all: false, queues: [] })
  t.same(await client.keys('*'), [])
})

void t.test('a queue named * is no other than others', async (t) => {
  t.same(await pauseEverywhere(['*'], place), { all: false, queues: ['*'] })
})

void t.test('another prefix is another fleet', async (t) => {
  const other = { connection: client, prefix: '{a}:rq' }
  await pauseEverywhere(['low'], other)
  t.same(await pausedEverywhere(place), { all: false, queues: [] })
  t.same(await client.smembers('{a}:rqd:paused'), ['{a}:rq:queue:low'])
  t.same(await pauseAudience(other), { daemons: [], rqWorkers: 0 })
})

void t.test('C12: names that no queue has, and keys that hold something else', async (t) => {
  for (const call of [pauseEverywhere, resumeEverywhere]) {
    await t.rejects(call(['a,b'], place), { code: 'RQD_BAD_OPTION', message: /^queue name "a,b": expected / })
    await t.rejects(call([''], place), { code: 'RQD_BAD_OPTION' })
  }
  t.same(await client.keys('*'), [])
  await client.set('rqd:paused', 'text')
  for (const call of [pauseEverywhere(['q'], place), resumeEverywhere(['q'], place), pausedEverywhere(place)]) {
    await t.rejects(call, { code: 'RQD_REDIS', message: /^the queues paused everywhere cannot be .*WRONGTYPE/ })
  }
})
