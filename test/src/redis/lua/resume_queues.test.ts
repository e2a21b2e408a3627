import t from 'tap'
import { asInteger, runScript } from '../../../../src/redis/script.js'
import { scripts } from '../../../../src/redis/scripts.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
t.beforeEach(async () => {
  await client.flushall()
})

const resume = async (...moreArgs: string[]): Promise<number> =>
  asInteger(await runScript(client, scripts.resumeQueues, { keys: { paused: 'rqd:paused' }, args: {}, moreArgs }))

void t.test('some are resumed, or all; doing it again changes nothing', async (t) => {
  await client.sadd('rqd:paused', 'rq:queue:a', 'rq:queue:b', 'rq:queue:c')
  t.equal(await resume('rq:queue:a', 'rq:queue:never'), 1)
  t.equal(await resume('rq:queue:a'), 0)
  t.same((await client.smembers('rqd:paused')).sort(), ['rq:queue:b', 'rq:queue:c'])
  t.equal(await resume(), 2)
  t.equal(await resume(), 0)
  t.equal(await client.exists('rqd:paused'), 0)
})

void t.test('one of all cannot be resumed alone, and nothing is changed then', async (t) => {
  await client.sadd('rqd:paused', '*', 'rq:queue:a')
  t.equal(await resume('rq:queue:a'), -1)
  t.same((await client.smembers('rqd:paused')).sort(), ['*', 'rq:queue:a'])
  t.equal(await resume(), 2)
})
