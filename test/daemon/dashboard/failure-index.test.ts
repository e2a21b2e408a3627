import t, { type Test } from 'tap'
import { FailureIndex } from '../../../daemon/dashboard/failure-index.js'
import type { Pause } from '../../../daemon/dashboard/pause.js'
import { systemClock } from '../../../src/clock.js'
import type { DataCaller } from '../../../daemon/data/caller.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'
import { startFailing } from './failing.js'

async function start(t: Test) {
  const failing = await startFailing(t)
  const clock = {
    movedMs: 0,
    epochMs: () => systemClock.epochMs() + clock.movedMs,
    monoMs: () => systemClock.monoMs() + clock.movedMs,
  }
  const calls: string[] = []
  const pauses: number[] = []
  /** Pauses take no time, but the index waits in those between two looks until it is let go. */
  let go: (() => void) | undefined
  const pause: Pause = async (ms, signal) => {
    pauses.push(ms)
    if (ms < 5_000) return
    await new Promise<void>((resolve) => {
      go = resolve
      signal.addEventListener('abort', () => resolve())
    })
  }
  const logger = new RecordingLogger()
  const data: Pick<DataCaller, 'call'> = {
    call: (name, params) => {
      calls.push(name)
      return failing.data.call(name, params)
    },
  }
  const index = new FailureIndex({ data, clock, logger, pause })
  t.teardown(() => index.stop())
  /** The next look has ended. */
  const looked = async () => {
    const before = go
    before?.()
    await waitFor('the index to wait', () => go !== before && go !== undefined)
  }
  const counts = () => Object.fromEntries(index.snapshot().groups.map(({ message, count }) => [message, count]))
  return { ...failing, clock, calls, pauses, logger, index, looked, counts }
}

t.test('C11: nothing is read before somebody looks, then all failed jobs are', async (t) => {
  const { fail, calls, index, looked, counts } = await start(t)
  await fail(450, { error: 'Error: a' })
  await fail(3, { error: 'Error: b', queue: 'p' })
  await index.start()
  t.strictSame(calls, [])
  t.match(index.snapshot(), { groups: [], complete: false, at: null, looked: 0 })
  await looked()
  t.match(index.snapshot(), { complete: true, looked: 453, total: 453, others: 0, error: null })
  t.strictSame(counts(), { a: 450, b: 3 })
})

t.test('C11: what fails later is added, without reading all again', async (t) => {
  const { fail, calls, index, looked, counts } = await start(t)
  await fail(1_000, { error: 'Error: a' })
  index.snapshot()
  await looked()
  calls.length = 0
  await fail(210, { error: 'Error: b' })
  await fail(1, { error: 'Error: c', queue: 'p' })
  await looked()
  t.strictSame(counts(), { a: 1_000, b: 210, c: 1 })
  t.strictSame(calls, ['info', 'failures.step', 'failures.step', 'failures.step'])
  t.match(index.snapshot(), { looked: 1_211, total: 1_211 })
  calls.length = 0
  await looked()
  t.strictSame(calls, ['info'], 'nothing has failed')
})

t.test('C11: what is gone is gone when all are read again, soon after it was noticed', async (t) => {
  const { client, keys, fail, clock, index, looked, counts } = await start(t)
  await fail(10, { error: 'Error: a' })
  await fail(5, { error: 'Error: b' })
  index.snapshot()
  await looked()
  await client.zremrangebyrank(keys.failed('q'), 0, 9)
  await looked()
  clock.movedMs += 1_000
  await looked()
  t.strictSame(counts(), { b: 5 })
  await fail(1, { error: 'Error: c' })
  await client.zremrangebyrank(keys.failed('q'), 0, 0)
  clock.movedMs += 20_000
  index.snapshot()
  await looked()
  t.strictSame(counts(), { b: 4, c: 1 }, 'where as many came as went, it shows when all are read by the clock')
})

t.test('C11: it stops when nobody has looked for a minute, and goes on when somebody does', async (t) => {
  const { fail, clock, calls, index, looked, counts } = await start(t)
  await fail(2)
  index.snapshot()
  await looked()
  await fail(1)
  clock.movedMs += 61_000
  const before = calls.length
  await index.stop()
  t.equal(calls.length, before, 'nothing is read for nobody')
  t.strictSame(counts(), { no: 2 }, 'stopped, it still tells what it knew')
})

t.test('C11: for every step it rests twice as long as that took', async (t) => {
  const { fail, pauses, index, looked, clock } = await start(t)
  await fail(600)
  const began = clock.monoMs()
  index.snapshot()
  await looked()
  const tookMs = clock.monoMs() - began
  const rests = pauses.filter((ms) => ms < 5_000)
  t.ok(rests.length >= 3)
  t.ok(rests.every((ms) => ms > 0))
  t.ok(rests.reduce((sum, ms) => sum + ms, 0) <= 2 * tookMs)
})

t.test('trouble is told of once, and does not end it', async (t) => {
  const { client, keys, fail, logger, index, looked } = await start(t)
  await fail(1)
  await client.rename(keys.queues, 'aside')
  await client.set(keys.queues, 'no set')
  index.snapshot()
  await looked()
  await looked()
  t.match(index.snapshot(), { complete: false, error: /set of queues/ })
  t.equal(logger.count('warn failed jobs cannot be read for the dashboard'), 1)
  await client.rename('aside', keys.queues)
  await looked()
  t.match(index.snapshot(), { complete: true, error: null })
})

t.test('C11: pages are told when groups have changed, also where nothing else has since', async (t) => {
  const { fail, client, keys, clock, index, looked, counts } = await start(t)
  await fail(2, { error: 'Error: a' })
  await fail(1, { error: 'Error: b' })
  index.snapshot()
  await looked()
  const first = index.revision
  await looked()
  t.equal(index.revision, first, 'nothing is new')
  await fail(1, { error: 'Error: a' })
  await looked()
  t.equal(index.revision, first + 1, 'one has failed')
  const [gone = ''] = await client.zrevrange(keys.failed('q'), 0, 0)
  await client.zrem(keys.failed('q'), gone)
  await looked()
  clock.movedMs += 1_000
  await looked()
  t.equal(index.revision, first + 2, 'one has gone, and all were read again')
  t.strictSame(counts(), { a: 2, b: 1 })
})
