import fc from 'fast-check'
import t from 'tap'
import { parseBackfill } from '../../../src/cron/backfill.js'
import { dueTicks, upcomingTick } from '../../../src/cron/due.js'
import { parseSchedule } from '../../../src/cron/schedule.js'

const minutely = parseSchedule({ cron: '* * * * *' }, 'it')
const minute = 60_000

t.test('J20 without back-fill what is late by seconds fires, what is missed does not', (t) => {
  const progress = { sinceMs: 0, lastMs: 10 * minute }
  t.strictSame(dueTicks(minutely, progress, 10 * minute), { ticks: [], missedMs: undefined })
  t.strictSame(dueTicks(minutely, progress, 11 * minute - 1), { ticks: [], missedMs: undefined })
  t.strictSame(dueTicks(minutely, progress, 11 * minute), { ticks: [11 * minute], missedMs: undefined })
  t.strictSame(dueTicks(minutely, progress, 11 * minute + 15_000), { ticks: [11 * minute], missedMs: undefined })
  t.strictSame(dueTicks(minutely, progress, 11 * minute + 15_001), { ticks: [], missedMs: 11 * minute })
  t.strictSame(dueTicks(minutely, progress, 20 * minute + 5), { ticks: [20 * minute], missedMs: 11 * minute })
  t.equal(upcomingTick(minutely, progress, 20 * minute + 5), 21 * minute)
  t.end()
})

t.test('ticks of a new entry count from when it was first seen; an interval fires at once', (t) => {
  const progress = { sinceMs: 90_000, lastMs: undefined }
  t.strictSame(dueTicks(minutely, progress, 90_000).ticks, [])
  t.strictSame(dueTicks(minutely, progress, 120_000).ticks, [120_000])
  t.strictSame(dueTicks(parseSchedule({ interval: 60 }, 'it'), progress, 90_000).ticks, [90_000])
  t.equal(upcomingTick(parseSchedule({ interval: 60 }, 'it'), progress, 0), 90_000)
  t.end()
})

t.test('J20 with back-fill all that was missed fires in order, within its bounds', (t) => {
  const progress = { sinceMs: 0, lastMs: 10 * minute }
  const at = (minutes: number[]): number[] => minutes.map((one) => one * minute)
  const nowMs = 15 * minute + 30_000
  const due = (option: Parameters<typeof parseBackfill>[0]): number[] =>
    dueTicks(minutely, progress, nowMs, parseBackfill(option, 'it')).ticks
  t.strictSame(due(true), at([11, 12, 13, 14, 15]))
  t.strictSame(due(2), at([14, 15]))
  t.strictSame(due({ count: 3 }), at([13, 14, 15]))
  t.strictSame(due({ age: 90 }), at([14, 15]), 'the end of the age belongs to it')
  t.strictSame(due({ age: 89 }), at([15]))
  t.strictSame(due({ count: 1, age: '1h' }), at([15]))
  t.equal(dueTicks(minutely, progress, nowMs, parseBackfill(2, 'it')).missedMs, 11 * minute)
  t.equal(dueTicks(minutely, progress, nowMs, parseBackfill(true, 'it')).missedMs, undefined)
  t.end()
})

t.test('years without anybody cost no more than the count that is made good for', (t) => {
  const calls: number[] = []
  const counted = { ...minutely, next: (afterMs: number) => (calls.push(afterMs), minutely.next(afterMs, 0)) }
  const year = 365 * 86_400_000
  const { ticks } = dueTicks(counted, { sinceMs: 0, lastMs: 0 }, 10 * year, parseBackfill(10, 'it'))
  t.strictSame(ticks.length, 10)
  t.equal(ticks.at(-1), 10 * year)
  t.ok(calls.length < 100, `${calls.length} ticks were looked at`)
  t.end()
})

t.test('whatever the bounds, what is due is the end of what one would get without any', (t) => {
  const schedules = ['* * * * *', '*/7 3,4 * * *', '0 */2 * * *'].map((cron) => parseSchedule({ cron }, 'it'))
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      fc.integer({ min: 0, max: 6 * 3_600_000 }),
      fc.integer({ min: 1, max: 50 }),
      (schedule, spanMs, count) => {
        const progress = { sinceMs: 0, lastMs: 0 }
        const all = dueTicks(schedule, progress, spanMs, { count: Infinity, ageMs: Infinity }).ticks
        const some = dueTicks(schedule, progress, spanMs, { count, ageMs: Infinity }).ticks
        return JSON.stringify(some) === JSON.stringify(all.slice(-count))
      },
    ),
    { numRuns: 40 },
  )
  t.end()
})

t.test('what is no back-fill is refused', (t) => {
  t.equal(parseBackfill(undefined, 'it'), undefined)
  t.equal(parseBackfill(false, 'it'), undefined)
  for (const option of [0, 1.5, 1_001, { count: 0 }]) {
    t.throws(() => parseBackfill(option, 'it'), {
      code: 'RQD_BAD_OPTION',
      message: /backfill of it is .*a count from 1 to 1000/,
    })
  }
  t.throws(() => parseBackfill({ age: 'long' }, 'it'), { code: 'RQD_BAD_DURATION' })
  t.end()
})
