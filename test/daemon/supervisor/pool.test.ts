import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { isRunning } from '../../helpers/processes.js'
import { waitFor } from '../../helpers/wait-for.js'
import { give, job, setup } from './start-pool.js'

t.test('a job goes to a free slot, and there is none for more than there are slots', async (t) => {
  const { pool, ended } = await setup(t, ['w.1', 'w.2'], 0)
  t.equal(pool.capacity(undefined), 2)
  t.equal(give(pool, 'a', 'arithmetic.add', [1, 2]), 'w.1')
  t.equal(give(pool, 'b', 'arithmetic.add', [3, 4]), 'w.2')
  t.equal(give(pool, 'c', 'arithmetic.add', [5, 6]), undefined)
  await waitFor('both results', () => ended.length === 2)
  t.match(ended.map(({ execution, outcome }) => `${execution} ${outcome}`).sort(), ['a ok', 'b ok'])
  t.equal(pool.capacity(undefined), 2)
})

t.test('a warm spare takes over the slot of an executor that dies, and another spare is forked', async (t) => {
  const { pool, started, lost, ended } = await setup(t, ['w.1'], 1)
  await waitFor('the spare to be forked', () => started.length === 2)
  const [first, spare] = started
  await waitFor('the spare to be warm', () => pool.warmSpares === 1)
  give(pool, 'a', 'sleeper.sleep', [60_000])
  await waitFor('the job to be with the first', () => pool.view()[0]?.phase === 'busy')
  first!.signal('SIGKILL')
  await waitFor('the loss to be told', () => lost.length === 1)
  t.match(lost, [{ execution: 'a', death: { exit: { pid: first!.pid, signal: 'SIGKILL' }, reason: null } }])
  await waitFor('the slot to be free again', () => pool.capacity(undefined) === 1)
  await waitFor('another spare', () => started.length === 3)
  give(pool, 'b', 'arithmetic.add', [1, 2])
  await waitFor('its result', () => ended.length === 1)
  t.match(pool.view(), [{ worker: 'w.1', pid: spare!.pid, jobsDone: 1 }])
})

t.test('an interrupt with force loses the job for the reason given, and leaves nothing of its processes', async (t) => {
  const { pool, started, lost } = await setup(t, ['w.1'], 0)
  give(pool, 'a', 'spinner.spin', [])
  pool.interrupt('a', 'shutdown', true)
  await waitFor('the loss to be told', () => lost.length === 1)
  t.match(lost, [{ execution: 'a', death: { reason: 'shutdown' } }])
  t.notOk(isRunning(started[0]!.pid))
})

t.test('stopping waits for the running job; nothing more is taken', async (t) => {
  const { pool, started, began, ended } = await setup(t, ['w.1'], 1)
  give(pool, 'a', 'sleeper.sleep', [300])
  await waitFor('it to begin', () => began.length === 1)
  const stopped = pool.stop(false)
  t.equal(pool.capacity(undefined), 0)
  t.equal(give(pool, 'b', 'arithmetic.nothing', []), undefined)
  await stopped
  t.match(ended, [{ execution: 'a', outcome: 'ok' }])
  for (const { pid } of started) t.notOk(isRunning(pid))
})

t.test(
  'short jobs are handed over ahead; those behind one that turns out long come back and none runs twice',
  async (t) => {
    const { pool, returned, began, ended } = await setup(t, ['w.1'], 0)
    const gate = join(t.testdir(), 'gate')
    // The second blocks the event loop, so that only another thread can answer.
    pool.assign(job('a', 'arithmetic.add', 1, 2), 1)
    pool.assign(job('b', 'gate.block', gate), 1)
    pool.assign(job('c', 'arithmetic.add', 1, 2), 1)
    pool.assign(job('d', 'arithmetic.add', 1, 2), 1)
    pool.send()
    t.equal(pool.view()[0]?.ahead, 4)
    await waitFor('the jobs behind to come back', () => returned.length === 2)
    t.same(returned, ['c', 'd'])
    t.same(
      ended.map(({ execution }) => execution),
      ['a'],
      'while the long one still runs',
    )
    t.equal(give(pool, 'e', 'arithmetic.add', [1, 2], 1), undefined, 'nothing is put behind it again')
    await writeFile(gate, '')
    await waitFor('it to end', () => ended.length === 2)
    t.equal(give(pool, 'c2', 'arithmetic.add', [1, 2], 1), 'w.1')
    await waitFor('the next result', () => ended.length === 3)
    t.same(
      ended.map(({ execution }) => execution),
      ['a', 'b', 'c2'],
    )
    t.ok(began.includes('b'))
  },
)

t.test('taking back leaves what runs and brings the rest, in order', async (t) => {
  const { pool, returned, began, ended } = await setup(t, ['w.1'], 0)
  const gate = join(t.testdir(), 'gate')
  for (const execution of ['a', 'b', 'c']) pool.assign(job(execution, 'gate.wait', gate), 1)
  pool.send()
  await waitFor('the first to begin', () => began.length === 1)
  await pool.takeBack()
  t.same(returned, ['b', 'c'])
  await writeFile(gate, '')
  await waitFor('the first to end', () => ended.length === 1)
  t.equal(pool.capacity(undefined), 1)
})

t.test('an executor that dies blames the job that ran; those behind it never began', async (t) => {
  const { pool, lost, returned, began } = await setup(t, ['w.1'], 0)
  pool.assign(job('a', 'thrower.leave', 3), 1)
  pool.assign(job('b', 'arithmetic.nothing'), 1)
  pool.send()
  await waitFor('the death', () => lost.length === 1)
  t.match(lost, [{ execution: 'a', death: { reason: null, exit: { code: 3 } } }])
  t.same(returned, ['b'])
  t.same(began, ['a'])
})

t.test('several jobs run at a time where that is allowed; killing one gives its neighbours back', async (t) => {
  const { pool, began, lost } = await setup(t, ['w.1'], 0, 3)
  for (const execution of ['a', 'b', 'c']) t.equal(give(pool, execution, 'sleeper.sleep', [60_000]), 'w.1')
  t.equal(give(pool, 'd', 'sleeper.sleep', [1]), undefined)
  await waitFor('all three to run', () => began.length === 3)
  // They share the loading of the module, and may be called in any order.
  t.same([...(pool.view()[0]?.running ?? [])].sort(), ['a', 'b', 'c'])
  t.equal(pool.view()[0]?.ahead, 0)
  pool.interrupt('b', 'timeout', true)
  await waitFor('the end of all', () => lost.length === 3)
  t.same(lost.map(({ execution, death }) => `${execution} ${death.reason}`).sort(), [
    'a shutdown',
    'b timeout',
    'c shutdown',
  ])
})

t.test('an error that nobody caught fails the job whose it is; its neighbours are given back', async (t) => {
  const { pool, began, ended, returned } = await setup(t, ['w.1'], 0, 2)
  give(pool, 'a', 'sleeper.sleep', [60_000])
  await waitFor('the first to run', () => began.length === 1)
  give(pool, 'b', 'thrower.uncaught', [])
  await waitFor('the end of both', () => ended.length + returned.length === 2)
  t.match(ended, [{ execution: 'b', outcome: 'error', error: { message: 'from a callback' } }])
  t.same(returned, ['a'])
})
