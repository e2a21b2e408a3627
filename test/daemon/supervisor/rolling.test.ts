import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { isRunning } from '../../helpers/processes.js'
import { waitFor } from '../../helpers/wait-for.js'
import { give, setup, type Setup } from './start-pool.js'

// C3: a pool whose executors are replaced, and one that grows and shrinks, on real executors.

/** Replace all, as `restart-executors` does. */
async function roll({ pool }: Setup): Promise<void> {
  pool.renew(pool.settings)
  await waitFor('all to be replaced', () => {
    pool.succeed()
    return pool.outdated === 0
  })
  pool.keepSpares()
}

t.test(
  'C3: an outdated executor keeps its slot until another one is warm, also where no spares are kept',
  async (t) => {
    const { pool, started, ended } = await setup(t, ['w.1'], 0)
    pool.renew(pool.settings)
    t.equal(pool.outdated, 1)
    t.notOk(pool.succeed(), 'none is warm yet')
    t.equal(give(pool, 'a', 'arithmetic.nothing', []), 'w.1', 'it takes jobs meanwhile')
    await waitFor('the job to end', () => ended.length === 1)
    await waitFor('the change', () => pool.succeed())
    t.match(pool.view(), [{ pid: started[1]!.pid, phase: 'idle', recycled: { restart: 1 } }])
    pool.keepSpares()
    await waitFor('the old one to be gone', () => !isRunning(started[0]!.pid))
    await waitFor('the spare that was needed to be gone', () => started.slice(2).every(({ pid }) => !isRunning(pid)))
  },
)

t.test('C3: replaced while the one before still ends its job, a slot runs no second job beside that one', async (t) => {
  const all = await setup(t, ['w.1'], 1)
  const { pool, began, ended, lost, returned } = all
  const gate = join(t.testdir(), 'gate')
  give(pool, 'a', 'gate.wait', [gate])
  await waitFor('the job to begin', () => began.length === 1)
  await roll(all)
  t.match(pool.ending, [{ running: ['a'], recycling: 'restart' }])
  await roll(all)
  await waitFor('the one in the middle to be gone', () => pool.leaving().length === 1)
  t.equal(pool.capacity(undefined), 0)
  await writeFile(gate, '')
  await waitFor('the job to end', () => ended.length === 1)
  await waitFor('room', () => pool.capacity(undefined) === 1)
  await waitFor('none of the old ones', () => pool.ending.length === 0)
  t.same([lost, returned], [[], []])
})

t.test('C3: slots come and go: the least busy and last ones first; jobs of those that go end there', async (t) => {
  const { pool, began, ended, lost } = await setup(t, ['w.1', 'w.2'], 0)
  pool.grow(['w.3'])
  t.equal(pool.size, 3)
  await waitFor('three to be warm', () => pool.capacity(undefined) === 3)
  const gate = join(t.testdir(), 'gate')
  const worker = give(pool, 'a', 'gate.wait', [gate])
  await waitFor('the job to begin', () => began.length === 1)
  t.same(pool.shrink(1), [worker === 'w.3' ? 'w.2' : 'w.3'])
  t.same(pool.shrink(1, [worker ?? '']), [worker])
  const busy = pool.retiring().filter(({ running }) => running.length > 0)
  t.match(busy, [{ worker, running: ['a'], phase: 'closing', recycling: null }])
  t.equal(pool.size, 1)
  t.equal(pool.capacity(undefined), 1)
  await writeFile(gate, '')
  await waitFor('the job to end', () => ended.length === 1)
  await waitFor('its executor to be gone', () => pool.retiring().length === 0)
  t.same(lost, [])
})

t.test('C3: executors that are started after new settings have these', async (t) => {
  const all = await setup(t, ['w.1'], 1)
  const { pool, ended } = all
  const tasks = t.testdir({ 'late.mjs': 'export const hello = () => "hello"' })
  pool.renew({ ...pool.settings, taskPaths: [tasks], spares: 0 })
  await waitFor('it to be replaced', () => pool.succeed())
  give(pool, 'a', 'late.hello', [])
  await waitFor('the job to end', () => ended.length === 1)
  t.match(ended, [{ outcome: 'ok' }])
})

t.test('C3: a pool that is stopped in the middle of a change leaves nothing behind', async (t) => {
  const { pool, started } = await setup(t, ['w.1'], 0)
  pool.renew(pool.settings)
  pool.grow(['w.2'])
  await pool.stop(false)
  t.ok(started.length >= 2)
  for (const { pid } of started) t.notOk(isRunning(pid))
  pool.grow(['w.3'])
  pool.renew(pool.settings)
  t.notOk(pool.succeed())
  t.equal(started.filter(({ pid }) => isRunning(pid)).length, 0, 'nothing is started any more')
})
