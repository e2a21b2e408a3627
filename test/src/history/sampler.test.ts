import t from 'tap'
import { readHistory } from '../../../src/history/read-history.js'
import { HistorySampler } from '../../../src/history/sampler.js'
import { systemRandom } from '../../../src/random.js'
import { Factory } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'

async function start(t: Parameters<typeof startRedis>[0]) {
  const { client } = await startRedis(t)
  const make = new Factory(client)
  const { keys } = make
  const sampler = () => {
    const logger = new RecordingLogger()
    const one = new HistorySampler({ redis: client, keys, random: systemRandom, logger })
    t.teardown(() => one.stop())
    return one
  }
  const python = async (name: string, fields: Record<string, string>) => {
    await client.sadd(keys.workers, keys.worker(name))
    await client.hset(keys.worker(name), { birth: '2026-11-29T10:00:00Z', state: 'idle', ...fields })
  }
  const sampled = async () => {
    const minutes = await readHistory(client, keys, 5)
    return minutes.findLast(({ waiting }) => waiting !== null)
  }
  return { client, make, keys, sampler, python, sampled }
}

t.test('C11: how queues and workers stand is sampled by one at a time', async (t) => {
  const { client, make, keys, sampler, python, sampled } = await start(t)
  await make.enqueue(['a', 'b', 'c'], { queue: 'p' })
  await make.enqueue(['d'])
  await client.zadd(keys.failed('q'), 1, 'f1', 2, 'f2')
  await client.zadd(keys.started('p'), 1, 's1')
  await client.sadd(keys.queues, 'no queue at all')
  await python('busy', { state: 'busy' })
  await python('idle', {})
  await client.sadd(keys.workers, keys.worker('gone'))
  const [first, second] = [sampler(), sampler()]
  const untilNextMs = await first.runOnce()
  t.ok(untilNextMs > 0 && untilNextMs <= 65_000, `${untilNextMs} ms`)
  t.match(await sampled(), { waiting: 4, failedJobs: 2, running: 1, workers: 2, busyWorkers: 1 })
  await client.del(keys.queue('p'), keys.queue('q'))
  await second.runOnce()
  await first.runOnce()
  const minutes = await readHistory(client, keys, 5)
  t.ok(
    minutes.every(({ waiting }) => waiting === null || waiting === 4 || waiting === 0),
    'not by the second; by the first again only in another minute',
  )
  await first.start()
  await first.stop()
  t.equal(await client.exists(keys.historySampler), 0, 'the turn is given back')
  await second.runOnce()
  t.match(await sampled(), { waiting: 0 }, 'and taken by another')
})

t.test(
  'C11: what workers of Python have done since the last look counts, of daemons only where they are silent',
  async (t) => {
    const { client, make, keys, sampler, python } = await start(t)
    await make.register('silent')
    await make.register('telling')
    await client.hset(keys.supervisor('silent'), 'name', 'silent')
    await client.hset(keys.supervisor('telling'), 'name', 'telling', 'history', '1')
    await python('py', { successful_job_count: '100', failed_job_count: '10', total_working_time: '50.5' })
    const one = sampler()
    await one.runOnce()
    const counted = async () => {
      const minutes = await readHistory(client, keys, 10)
      return minutes.reduce(
        (sum, { finished, failed, runMs }) => ({
          finished: sum.finished + finished,
          failed: sum.failed + failed,
          runMs: sum.runMs + runMs,
        }),
        { finished: 0, failed: 0, runMs: 0 },
      )
    }
    t.strictSame(await counted(), { finished: 0, failed: 0, runMs: 0 }, 'what was before the first look is not known')
    await python('py', { successful_job_count: '103', failed_job_count: '11', total_working_time: '52' })
    await python('new', { successful_job_count: '2', total_working_time: '1' })
    await client.hset(keys.worker('silent.1'), 'successful_job_count', '4')
    await client.hset(keys.worker('telling.1'), 'successful_job_count', '1000')
    await one.runOnce(true)
    t.strictSame(await counted(), { finished: 3 + 2 + 4, failed: 1, runMs: 2_500 })
  },
)

t.test('a key of another kind in place of the turn is left alone, and nothing is sampled then', async (t) => {
  const { client, keys, sampler } = await start(t)
  await client.hset(keys.historySampler, 'what', 'is this')
  await sampler().runOnce()
  t.strictSame(await client.keys('*'), [keys.historySampler])
})
