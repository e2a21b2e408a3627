import t from 'tap'
import { outcomeText } from '../../../../daemon/dashboard/actions/outcome.js'

const refused = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `j${i}`, why: `job j${i} is gone` }))

t.test('what became of some jobs is told in a sentence, with why some were refused', async (t) => {
  t.equal(outcomeText(['a'], 'requeued', []), 'Job a is requeued.')
  t.equal(outcomeText(['a', 'b'], 'canceled', []), '2 jobs are canceled.')
  t.equal(outcomeText(Array(1234).fill('x'), 'deleted', []), '1,234 jobs are deleted.')
  t.equal(outcomeText(['a'], 'requeued', refused(1)), 'Job a is requeued. 1 refused: job j0 is gone')
  t.match(outcomeText(['a'], 'requeued', refused(8)), / 8 refused: job j0 is gone; .*job j4 is gone; and 3 more$/)
})

t.test('where nothing was done, it is an error', async (t) => {
  const code = 'RQD_INVALID_JOB_OPERATION'
  const message = 'Nothing was done: job j0 is gone; job j1 is gone'
  t.throws(() => outcomeText([], 'requeued', refused(2)), { code, message })
})
