import t from 'tap'
import { GroupTally, MOST_GROUPS } from '../../../daemon/dashboard/group-tally.js'
import type { FailureGroupRow } from '../../../daemon/data/failures-step.js'

const row = (signature: string, count: number, more: Partial<FailureGroupRow> = {}): FailureGroupRow => ({
  signature,
  func: 'f',
  errorType: 'Error',
  message: 'm',
  count,
  oldest: '2026-11-29T10:00:00.000Z',
  newest: '2026-11-29T11:00:00.000Z',
  sampleIds: [],
  queues: ['q'],
  ...more,
})

t.test('steps come together: counts add up, and what is shown is of the newest', async (t) => {
  const tally = new GroupTally()
  tally.add([row('a', 2, { sampleIds: ['1', '2'], message: 'old' }), row('b', 9)])
  const newer = { oldest: null, newest: '2026-11-29T12:00:00.000Z', sampleIds: ['3', '4', '5', '6'], queues: ['p'] }
  tally.add([row('a', 4, { ...newer, message: 'new' })])
  tally.add([row('a', 1, { oldest: '2026-11-28T10:00:00.000Z', newest: null, sampleIds: ['7'] })])
  const { groups, others } = tally.read()
  t.equal(others, 0)
  t.strictSame(
    groups.map(({ signature, count }) => [signature, count]),
    [
      ['b', 9],
      ['a', 7],
    ],
  )
  t.match(groups[1], {
    message: 'new',
    oldest: '2026-11-28T10:00:00.000Z',
    newest: '2026-11-29T12:00:00.000Z',
    sampleIds: ['3', '4', '5', '6', '1'],
    queues: ['p', 'q'],
  })
})

t.test(
  'however many groups there are, a bounded number is kept, the largest among them, and no job is lost',
  async (t) => {
    const tally = new GroupTally()
    for (let i = 0; i < 5_000; i++) tally.add([row(`small ${i}`, 1, { queues: [`q${i}`] })])
    tally.add([row('large', 1_000)])
    for (let i = 5_000; i < 7_000; i++) tally.add([row(`small ${i}`, 1), row('large', 1)])
    const { groups, others } = tally.read()
    t.equal(groups.length, MOST_GROUPS)
    t.match(groups[0], { signature: 'large', count: 3_000 })
    t.equal(
      groups.reduce((sum, { count }) => sum + count, others),
      10_000,
    )
  },
)
