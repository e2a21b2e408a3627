import t from 'tap'
import { StopBudget } from '../../../daemon/supervisor/stop-budget.js'
import { waitFor } from '../../helpers/wait-for.js'

function setup(limitMs: number) {
  const time = { monoMs: 500 }
  let spent = 0
  const clock = { monoMs: () => time.monoMs, epochMs: () => 0 }
  const budget = new StopBudget(clock, limitMs, () => (spent += 1))
  return { budget, time, spent: () => spent }
}

t.test('the time to stop counts from its beginning and is over once', async (t) => {
  const { budget, time, spent } = setup(20)
  t.equal(budget.leftMs, null)
  budget.begin()
  time.monoMs += 5
  budget.begin()
  t.equal(budget.leftMs, 15, 'a second beginning changes nothing')
  await waitFor('the end of the budget', () => spent() === 1)
  time.monoMs += 100
  t.equal(budget.leftMs, 0)
})

t.test('a time to stop that has no limit, or whose jobs have ended, is never over', async (t) => {
  const endless = setup(Infinity)
  endless.budget.begin()
  t.equal(endless.budget.leftMs, null)
  const ended = setup(0)
  ended.budget.begin()
  ended.budget.end()
  await new Promise(setImmediate)
  t.equal(ended.spent(), 0)
})
