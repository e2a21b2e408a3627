import t from 'tap'
import { DataHere } from '../../../daemon/data/here.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

/** A call of a function without arguments, as JSON. */
const call = (name: string): string => JSON.stringify([name, null, [], {}])

async function start(t: Parameters<typeof startRedis>[0]) {
  const { client } = await startRedis(t)
  const make = new Factory(client)
  const { keys } = make
  const data = new DataHere({ store: make.store, clock: systemClock, random: systemRandom })
  let made = 0
  /** A failed job, as Python RQ 1.11 left one: its traceback in its hash. */
  const fail = async (excInfo: string, { queue = 'q', func = 'tasks.f', endedAt = '2026-11-29T10:00:00Z' } = {}) => {
    const id = `job-${++made}`
    const fields = { data: call(func), origin: queue, status: 'failed', ended_at: endedAt, exc_info: excInfo }
    await client.sadd(keys.queues, keys.queue(queue))
    await client.hset(keys.job(id), fields)
    await client.zadd(keys.failed(queue), made, id)
    return id
  }
  /** All steps of a walk. */
  const walk = async (limit: number, queues: string[] = []) => {
    const steps = []
    for (let cursor: string | null = null; ;) {
      const step: Awaited<ReturnType<typeof next>> = await next(cursor)
      steps.push(step)
      cursor = step.cursor
      if (cursor === null) return steps
    }
    function next(cursor: string | null) {
      return data.call('failures.step', { queues, cursor, limit })
    }
  }
  return { client, keys, data, fail, walk }
}

t.test('C11: failures.step tells of every failed job once, by function and error', async (t) => {
  const { client, keys, fail, walk } = await start(t)
  for (let i = 0; i < 7; i++) await fail(`Error: no order ${i}`, { endedAt: `2026-11-29T10:00:0${i}Z` })
  await fail('Error: no order 7', { queue: 'p' })
  await fail('Error: no order 8', { func: 'tasks.g' })
  await fail('Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 5\n')
  await client.zadd(keys.failed('q'), 1_000, 'gone')
  for (const limit of [1, 3, 200]) {
    const steps = await walk(limit)
    const counts = new Map<string, number>()
    for (const { groups } of steps) {
      for (const { signature, count } of groups) counts.set(signature, (counts.get(signature) ?? 0) + count)
    }
    t.strictSame([...counts.values()].sort(), [1, 1, 8], `${limit} a step`)
    t.equal(
      steps.reduce((sum, { looked }) => sum + looked, 0),
      11,
    )
    t.equal(
      steps.reduce((sum, { gone }) => sum + gone, 0),
      1,
    )
    t.ok(steps.every(({ looked }) => looked <= limit))
  }
  const [{ groups: [largest] } = { groups: [] }] = await walk(200)
  t.match(largest, {
    func: 'tasks.f',
    errorType: 'Error',
    count: 8,
    oldest: '2026-11-29T10:00:00.000Z',
    newest: '2026-11-29T10:00:06.000Z',
    message: 'no order 6',
    sampleIds: ['job-7', 'job-6', 'job-5', 'job-4', 'job-3'],
    queues: ['p', 'q'],
  })
  t.equal((await walk(200, ['p']))[0]?.groups[0]?.count, 1)
})

t.test('C11: a group is listed by its signature, and told apart from others', async (t) => {
  const { client, keys, data, fail } = await start(t)
  const meant = [await fail('Error: no order 1'), await fail('Error: no order 2', { queue: 'p' })]
  await fail('Error: no order', { func: 'tasks.g' })
  await fail('RangeError: no order 3')
  await client.rpush(keys.queue('q'), meant[0] ?? '')
  const { groups } = await data.call('failures.step', {})
  const group = groups[0]?.signature ?? ''
  const { jobs: ids } = await data.call('jobs.ids', { group })
  t.strictSame(ids.map(({ id }) => id).sort(), meant)
  t.ok(
    ids.every(({ place }) => place === 'failed'),
    'what waits is in no group of failures',
  )
  const { jobs: rows } = await data.call('jobs', { group, statuses: ['failed'] })
  t.strictSame(rows.map(({ id }) => id).sort(), meant)
  t.strictSame((await data.call('jobs', { group: 'f'.repeat(16) })).jobs, [])
})

t.test('what failed before a time is meant, and what does not say when', async (t) => {
  const { client, keys, data, fail } = await start(t)
  const before = await fail('Error: a', { endedAt: '2026-11-29T09:59:59Z' })
  await fail('Error: a', { endedAt: '2026-11-29T10:00:00Z' })
  const unknown = await fail('Error: a', { endedAt: '' })
  await client.zadd(keys.failed('q'), 99, 'gone')
  const { jobs } = await data.call('jobs.ids', { before: '2026-11-29T10:00:00Z', statuses: ['failed'] })
  t.strictSame(jobs.map(({ id }) => id).sort(), [before, unknown].sort())
  await t.rejects(data.call('jobs.ids', { before: 'yesterday' }), { message: /before/ })
})
