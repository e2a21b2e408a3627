import t from 'tap'
import { dueAt, dueIn } from '../../src/due.js'

void t.test('J20 a time loses its part of a second, as with RQ; a span counts from the clock of Redis', (t) => {
  t.equal(dueAt(new Date('2030-01-02T03:04:05.678Z')), '1893553445')
  t.equal(dueAt(new Date(-1)), '-1')
  t.equal(dueAt(new Date('2030-01-02T03:04:05.678Z'), { aheadMs: 3_600_000 }), '1893549845', 'by a clock that is ahead')
  t.equal(dueIn('2h'), '+7200')
  t.equal(dueIn(0), '+0')
  t.end()
})

void t.test('what is no time is refused', (t) => {
  const wrong = { code: 'RQD_BAD_OPTION' }
  t.throws(() => dueAt(new Date('soon')), {
    ...wrong,
    message: 'the time of the job is an invalid Date; expected a Date',
  })
  t.throws(() => dueAt('2030-01-01' as unknown as Date), { ...wrong, message: /is "2030-01-01"; expected a Date/ })
  t.throws(() => dueIn(-1), { ...wrong, message: 'delay is -1; expected 0 s or more' })
  t.throws(() => dueIn('soon'), { code: 'RQD_BAD_DURATION', message: /^delay is "soon"/ })
  t.end()
})
