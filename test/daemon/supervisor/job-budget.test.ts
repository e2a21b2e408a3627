import t from 'tap'
import { JobBudget } from '../../../daemon/supervisor/job-budget.js'

t.test('W3: of a number of jobs, those that are held count, and the end of the last one is told once', async (t) => {
  let spent = 0
  const budget = new JobBudget(3, () => (spent += 1))
  t.equal(budget.left(0), 3)
  t.equal(budget.left(2), 1)
  budget.over()
  t.equal(budget.left(2), 0)
  t.equal(budget.left(9), 0)
  budget.over()
  t.equal(spent, 0)
  budget.over()
  t.equal(spent, 1)
  t.equal(budget.left(0), 0)
})

t.test('without a limit there is always room', async (t) => {
  const budget = new JobBudget(Infinity, () => t.fail('never spent'))
  for (let i = 0; i < 1_000; i++) budget.over()
  t.equal(budget.left(1_000), Infinity)
  t.notOk(budget.isLimited)
})
