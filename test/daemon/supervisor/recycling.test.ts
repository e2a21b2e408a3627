import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { isRunning } from '../../helpers/processes.js'
import { waitFor } from '../../helpers/wait-for.js'
import { give, job, setup } from './start-pool.js'

// W6: what becomes of an executor at the end of its life, and of the jobs around it.

t.test('W6: after so many jobs, and never more, a warm spare takes over and the old one ends', async (t) => {
  const { pool, started, ended, lost } = await setup(t, ['w.1'], 1, 1, { jobs: 3 })
  await waitFor('the spare to be warm', () => pool.warmSpares === 1)
  await waitFor('the executor to answer questions', () => pool.capacity(1) > 1)
  t.equal(pool.capacity(1), 3, 'no more are handed over ahead than it is to run')
  for (const execution of ['a', 'b', 'c']) pool.assign(job(execution, 'arithmetic.nothing'), 1)
  pool.send()
  await waitFor('the three to end', () => ended.length === 3)
  t.match(pool.view(), [{ worker: 'w.1', pid: started[1]!.pid, phase: 'idle', jobsDone: 3, recycled: { jobs: 1 } }])
  t.ok(pool.capacity(undefined) === 1, 'there is room at once')
  t.equal(give(pool, 'd', 'arithmetic.nothing', []), 'w.1')
  await waitFor('the fourth to end', () => ended.length === 4)
  await waitFor('the old one to be gone', () => !isRunning(started[0]!.pid) && pool.leaving().length === 0)
  t.same(lost, [])
})

t.test('W6: one that has grown too large ends its job while nothing else is given to the slot', async (t) => {
  const { pool, started, ended, began, returned, lost } = await setup(t, ['w.1'], 1, 1, { rssBytes: 1 })
  const gate = join(t.testdir(), 'gate')
  await waitFor('the spare to be warm', () => pool.warmSpares === 1)
  await waitFor('the slot to be free', () => give(pool, 'a', 'gate.wait', [gate]) === 'w.1')
  await waitFor('the job to begin, wherever', () => began.length === 1)
  await waitFor('its executor to be leaving', () => pool.leaving().some(({ running }) => running.includes('a')))
  t.equal(pool.capacity(undefined), 0, 'the place is taken until it ends')
  await writeFile(gate, '')
  await waitFor('the job to end', () => ended.length === 1)
  t.match(ended, [{ execution: 'a', outcome: 'ok' }])
  await waitFor('room', () => pool.capacity(undefined) === 1)
  t.same([lost, returned], [[], []])
  t.match(pool.view(), [{ recycled: { rss: 1 }, phase: 'idle' }])
  await waitFor('the old one to be gone', () => !isRunning(started[0]!.pid))
  // Its successor is too large as well, and stays as long as it does nothing.
  await waitFor('the size of its successor', () => (pool.view()[0]?.rssBytes ?? 0) > 1)
  t.equal(started.length, 3, 'the first, the spare that took over, and another spare')
})

t.test('W6: where several jobs run at a time, their places become free one by one', async (t) => {
  const { pool, began, ended, lost } = await setup(t, ['w.1'], 1, 2, { jobs: 2 })
  await waitFor('the spare to be warm', () => pool.warmSpares === 1)
  const folder = t.testdir()
  const gates = ['first', 'second'].map((name) => join(folder, name))
  give(pool, 'a', 'gate.wait', [gates[0]])
  give(pool, 'b', 'gate.wait', [gates[1]])
  await waitFor('both to begin', () => began.length === 2)
  await waitFor('the executor to leave', () => pool.leaving().length === 1)
  t.equal(pool.capacity(undefined), 0)
  await writeFile(gates[0]!, '')
  await waitFor('room beside the one that goes on', () => pool.capacity(undefined) === 1)
  t.equal(give(pool, 'c', 'arithmetic.nothing', []), 'w.1')
  await waitFor('the job beside it to end', () => ended.length === 2)
  t.match(pool.leaving(), [{ running: ['b'], recycling: 'jobs' }])
  await writeFile(gates[1]!, '')
  await waitFor('the old one to be gone', () => pool.leaving().length === 0)
  t.equal(ended.length, 3)
  t.same(lost, [])
})

t.test('W6: one that idles is replaced when its time has come', async (t) => {
  const { pool, started, lost } = await setup(t, ['w.1'], 1, 1, { ageMs: 300 })
  await waitFor('three in a row', () => (pool.view()[0]?.recycled.age ?? 0) >= 2, 30_000)
  await waitFor('the first one to be gone', () => !isRunning(started[0]!.pid))
  t.same(lost, [])
})

t.test('W6: fresh: no process runs a second job', async (t) => {
  const { pool, ended } = await setup(t, ['w.1', 'w.2'], 2, 1, { fresh: true })
  for (let i = 0; i < 6; i++) {
    await waitFor('a free executor', () => give(pool, `e${i}`, 'fickle.pid', []) !== undefined)
  }
  await waitFor('all to end', () => ended.length === 6)
  const pids = ended.map((result) => (result.outcome === 'ok' ? Buffer.from(result.value ?? []).toString() : result))
  t.equal(new Set(pids).size, 6, pids.join())
})

t.test('W6: killing or interrupting a job reaches an executor that is leaving', async (t) => {
  const { pool, lost } = await setup(t, ['w.1'], 1, 1, { rssBytes: 1 })
  for (const [execution, end] of [
    ['a', () => pool.interrupt('a', 'stopped', true)],
    ['b', () => pool.kill('w.1')],
  ] as const) {
    const before = lost.length
    await waitFor('the slot to be free', () => give(pool, execution, 'sleeper.sleep', [60_000]) === 'w.1')
    await waitFor('it to be with one that leaves', () =>
      pool.leaving().some((each) => each.running.includes(execution)),
    )
    end()
    await waitFor('the loss to be told', () => lost.length === before + 1)
  }
  t.match(lost, [
    { execution: 'a', death: { reason: 'stopped' } },
    { execution: 'b', death: { reason: null, exit: { signal: 'SIGKILL' } } },
  ])
})

t.test('stopping waits for a job of an executor that is leaving', async (t) => {
  const { pool, ended, began } = await setup(t, ['w.1'], 1, 1, { rssBytes: 1 })
  const gate = join(t.testdir(), 'gate')
  await waitFor('the slot to be free', () => give(pool, 'a', 'gate.wait', [gate]) === 'w.1')
  await waitFor('it to begin', () => began.length === 1)
  const stopped = pool.stop(false)
  await writeFile(gate, '')
  await stopped
  t.match(ended, [{ execution: 'a', outcome: 'ok' }])
})
