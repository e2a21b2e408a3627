import t, { type Test } from 'tap'
import type { BulkRequest } from '../../../daemon/dashboard/bulk-run.js'
import { type BulkRun, BulkRuns, type BulkRunsOptions } from '../../../daemon/dashboard/bulk-runs.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'
import { startFailing } from './failing.js'

type Call = BulkRunsOptions['data']['call']

async function start(t: Test, call?: (next: Call) => Call) {
  const failing = await startFailing(t)
  const here: Call = (name, params) => failing.data.call(name, params)
  const clock = {
    movedMs: 0,
    epochMs: () => systemClock.epochMs() + clock.movedMs,
    monoMs: () => systemClock.monoMs() + clock.movedMs,
  }
  const waiting: (() => void)[] = []
  const ended: BulkRun[] = []
  const runs = new BulkRuns({
    data: { call: call === undefined ? here : call(here) },
    clock,
    random: systemRandom,
    logger: new RecordingLogger(),
    onEnd: (run) => void ended.push(run),
    // The time in which a run can be undone lasts until the test says so; other pauses take none.
    pause: (ms, signal) =>
      ms < 9_000
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
            signal.addEventListener('abort', () => resolve())
          }),
  })
  t.teardown(() => runs.close())
  const begin = () => {
    for (const one of waiting.splice(0)) one()
  }
  const over = (id: string) =>
    waitFor('the run to end', () => {
      const run = runs.get(id)
      return run.endedAt === null ? undefined : run
    })
  const run = (wanted: Omit<BulkRequest, 'by'>) => {
    const id = runs.start(wanted, 'me')
    begin()
    return over(id)
  }
  return { ...failing, clock, runs, begin, over, run, ended }
}

t.test('C11: a run requeues all that are meant, in every queue, and nothing else', async (t) => {
  const { client, keys, data, fail, run, ended } = await start(t)
  await fail(450, { error: 'Error: no order 1' })
  await fail(30, { error: 'Error: no order 2', queue: 'p' })
  await fail(250, { error: 'RangeError: other' })
  const { groups } = await data.call('failures.step', {})
  const group = groups.find(({ errorType }) => errorType === 'Error')?.signature ?? ''
  t.match(await run({ kind: 'requeue', selection: { group } }), {
    state: 'done',
    done: 480,
    refused: 0,
    looked: 730,
    by: 'me',
    kind: 'requeue',
    error: null,
  })
  t.equal(await client.llen(keys.queue('q')), 450)
  t.equal(await client.llen(keys.queue('p')), 30)
  t.equal(await client.zcard(keys.failed('q')), 250)
  t.equal(ended.length, 1)
})

t.test('C11: as long as a run waits it can be undone, and nothing has happened', async (t) => {
  const { client, keys, fail, runs, begin, over, ended } = await start(t)
  await fail(5)
  const id = runs.start({ kind: 'requeue', selection: { queues: ['q'] } }, 'me')
  const { state, undoMs } = runs.get(id)
  t.equal(state, 'waiting')
  t.ok(undoMs > 0 && undoMs <= 10_000)
  t.equal(runs.undo(id), true)
  begin()
  t.match(await over(id), { state: 'undone', done: 0 })
  t.equal(runs.undo(id), false)
  t.equal(await client.zcard(keys.failed('q')), 5)
  t.strictSame(ended, [])
})

t.test('C11: what fails again while it runs is left alone', async (t) => {
  const now = new Date().toISOString()
  const again: { fail?: () => Promise<unknown> } = {}
  const { client, keys, fail, run } = await start(t, (next) => async (name, params) => {
    const reply = await next(name, params)
    // As a worker that takes each at once, and fails.
    if (name === 'requeue') await again.fail?.()
    return reply
  })
  again.fail = async () => {
    for (const id of await client.lrange(keys.queue('q'), 0, '-1')) {
      const later = new Date(Date.parse(now) + 3_600_000).toISOString()
      await client.hset(keys.job(id), { status: 'failed', ended_at: later, exc_info: 'Error: again' })
      await client.zadd(keys.failed('q'), 1_000_000, id)
    }
    await client.del(keys.queue('q'))
  }
  await fail(350)
  t.match(await run({ kind: 'requeue', selection: { queues: ['q'] } }), { state: 'done', done: 350 })
  t.equal(await client.zcard(keys.failed('q')), 350)
})

t.test('C11: a run that is stopped ends after its step, and the rest stays', async (t) => {
  const stop: { now?: () => void } = {}
  const { client, keys, fail, runs, begin, over } = await start(t, (next) => async (name, params) => {
    const reply = await next(name, params)
    if (name === 'requeue') stop.now?.()
    return reply
  })
  await fail(500)
  const id = runs.start({ kind: 'requeue', selection: {} }, 'me')
  stop.now = () => runs.stop(id)
  begin()
  const { state, done } = await over(id)
  t.equal(state, 'stopped')
  t.ok(done > 0 && done <= 100, `${done}`)
  t.equal(await client.llen(keys.queue('q')), done)
  t.equal(await client.zcard(keys.failed('q')), 500 - done)
})

t.test('C11: jobs that wait are deleted, also where only some of them are meant', async (t) => {
  const { client, keys, make, run } = await start(t)
  const ids = Array.from({ length: 700 }, (_, i) => `w${i}`)
  await make.enqueue(ids.filter((_, i) => i % 2 === 0))
  await make.enqueue(
    ids.filter((_, i) => i % 2 === 1),
    { fields: { data: '["tasks.other",null,[],{}]' } },
  )
  const selection = { queues: ['q'], statuses: ['queued' as const], func: 'tasks.other' }
  t.match(await run({ kind: 'delete', selection }), { state: 'done', done: 350, looked: 700 })
  t.strictSame((await client.lrange(keys.queue('q'), 0, '-1')).sort(), ids.filter((_, i) => i % 2 === 0).sort())
  t.match(await run({ kind: 'delete', selection: { queues: ['q'], statuses: ['queued'] } }), { done: 350 })
  t.equal(await client.exists(keys.queue('q')), 0)
})

t.test('C11: a queue is emptied to its end: as many as it held when that was asked, and no other state', async (t) => {
  const { client, keys, make, fail, run } = await start(t)
  await fail(3)
  await make.enqueue(Array.from({ length: 1_200 }, (_, i) => `w${i}`))
  const selection = { queues: ['q'], statuses: ['queued' as const] }
  const most = await run({ kind: 'empty', selection, total: 1_100, about: 'queue q' })
  t.match(most, { state: 'done', done: 1_100, looked: 1_100, total: 1_100, refused: 0, about: 'queue q' })
  t.equal(await client.llen(keys.queue('q')), 100, 'what came later stays')
  t.equal(await client.exists(keys.job('w0'), keys.job('w1099')), 0)
  t.match(await run({ kind: 'empty', selection, total: 5_000 }), { state: 'done', done: 100 })
  t.equal(await client.zcard(keys.failed('q')), 3)
  const failed = { queues: ['q'], statuses: ['failed' as const] }
  t.match(await run({ kind: 'empty', selection: failed, total: 3 }), { state: 'done', done: 3 })
  t.equal(await client.exists(keys.failed('q')), 0)
})

t.test('what cannot be emptied is refused', async (t) => {
  const { runs } = await start(t)
  const code = 'RQD_BAD_OPTION'
  for (const selection of [{ queues: ['q'] }, { queues: ['q'], statuses: ['started' as const] }, { ids: ['a'] }])
    t.throws(() => runs.start({ kind: 'empty', selection, total: 1 }, 'me'), { code }, JSON.stringify(selection))
  const whole = { queues: ['q'], statuses: ['queued' as const] }
  t.throws(() => runs.start({ kind: 'empty', selection: whole }, 'me'), { code, message: /how many they are/ })
})

t.test('jobs by id: those that cannot be are refused one by one', async (t) => {
  const { fail, run } = await start(t)
  const ids = await fail(2)
  const found = await run({ kind: 'requeue', selection: { ids: [...ids, 'nobody', ...ids] } })
  t.match(found, { state: 'done', done: 2, refused: 1, refusals: [{ id: 'nobody', reason: 'missing' }] })
  t.match(await run({ kind: 'delete', selection: { ids: [ids[0] ?? ''] } }), { done: 1 })
})

t.test('an error of Redis ends a run, which says how far it came', async (t) => {
  let calls = 0
  const { fail, run } = await start(t, (next) => (name, params) => {
    if (name === 'requeue' && ++calls > 1) return Promise.reject(new Error('Redis is away'))
    return next(name, params)
  })
  await fail(300)
  const { state, error, done } = await run({ kind: 'requeue', selection: {} })
  t.strictSame([state, error], ['failed', 'Redis is away'])
  t.ok(done > 0 && done <= 100, `${done}`)
})

t.test('what cannot be meant is refused, by name', async (t) => {
  const { runs } = await start(t)
  const code = 'RQD_BAD_OPTION'
  const refused = (wanted: Omit<BulkRequest, 'by'>, message: RegExp) =>
    t.throws(() => runs.start(wanted, 'me'), { code, message })
  refused({ kind: 'requeue', selection: { ids: [] } }, /0 ids .* expected 1 to/)
  refused({ kind: 'requeue', selection: { statuses: ['queued'] } }, /status queued .* expected failed/)
  refused({ kind: 'delete', selection: {} }, /no status/)
  refused({ kind: 'delete', selection: { statuses: ['started'] } }, /stop them first/)
  t.throws(() => runs.get('none'), { code, message: /"none" is not known/ })
  for (let i = 0; i < 20; i++) runs.start({ kind: 'requeue', selection: {} }, 'me')
  refused({ kind: 'requeue', selection: {} }, /20 runs/)
})

t.test('what has ended is forgotten after an hour; closing drops what waits', async (t) => {
  const { clock, fail, run, runs } = await start(t)
  await fail(1)
  const { id } = await run({ kind: 'requeue', selection: {} })
  const waits = runs.start({ kind: 'delete', selection: { statuses: ['failed'] } }, 'me')
  t.strictSame(
    runs.list().map((each) => each.id),
    [waits, id],
  )
  clock.movedMs += 3_600_001
  t.throws(() => runs.get(id), { code: 'RQD_BAD_OPTION' })
  await runs.close()
  t.match(runs.get(waits), { state: 'undone', done: 0 })
  t.throws(() => runs.start({ kind: 'requeue', selection: {} }, 'me'), { message: /about to end/ })
})
