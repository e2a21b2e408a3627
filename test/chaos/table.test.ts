import t from 'tap'
import { describeStep } from '../../chaos/progress.js'
import { alignTable, formatMs } from '../../chaos/table.js'

t.test('columns stand below each other, numbers to the right, no blanks at line ends', async (t) => {
  const columns = [{ title: 'strike' }, { title: 'n', right: true }, { title: 'note' }]
  const table = alignTable(columns, [
    ['tree', '7', ''],
    ['supervisor', '12', 'late'],
  ])
  t.equal(table, '  strike       n  note\n  tree         7\n  supervisor  12  late\n')
})

t.test('columns without titles have no head', async (t) => {
  t.equal(alignTable([{ title: '' }, { title: '', right: true }], [['lost', '0']]), '  lost  0\n')
})

t.test('milliseconds for people', async (t) => {
  t.same([undefined, 0.4, 85.2, 1_240, 75_400].map(formatMs), ['-', '0 ms', '85 ms', '1.24 s', '75 s'])
})

t.test('progress in one line', async (t) => {
  const step = { done: 7, jobs: 300, strikes: 2, kills: 12, restarts: 1, phase: 'running' as const }
  t.equal(describeStep(step), 'running:   7/300 jobs, 2/12 strikes, 1 restarts')
})
