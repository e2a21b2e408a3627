import fc from 'fast-check'
import t from 'tap'
import { parseSchedule, type ScheduleOptions } from '../../../src/cron/schedule.js'
import { nextCronTick } from '../../../src/index.js'

/** The next `count` ticks after a time. */
function ticks(options: ScheduleOptions, after: string, count: number): string[] {
  const schedule = parseSchedule(options, 'it')
  const found: string[] = []
  let atMs = Date.parse(after)
  for (let i = 0; i < count; i++) {
    atMs = schedule.next(atMs, atMs)!
    found.push(new Date(atMs).toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

t.test('J20 five and six fields, names, blanks between', (t) => {
  const after = '2026-11-23T08:31:26.251Z'
  t.strictSame(ticks({ cron: '*/5 * * * *' }, after, 2), ['2026-11-23T08:35Z', '2026-11-23T08:40Z'])
  t.strictSame(ticks({ cron: ' 30  4\t1,15 * fri ' }, after, 3), [
    '2026-11-27T04:30Z',
    '2026-12-01T04:30Z',
    '2026-12-04T04:30Z',
  ])
  t.strictSame(ticks({ cron: '15 31 8 * * *' }, after, 1), ['2026-11-24T08:31:15.000Z'])
  t.strictSame(ticks({ cron: '* * * * * *' }, after, 2), ['2026-11-23T08:31:27.000Z', '2026-11-23T08:31:28.000Z'])
  t.strictSame(ticks({ cron: '@hourly' }, after, 1), ['2026-11-23T09:00Z'])
  t.strictSame(ticks({ cron: '@daily', timeZone: 'Asia/Tokyo' }, after, 1), ['2026-11-23T15:00Z'])
  t.strictSame(ticks({ cron: '@weekly' }, after, 1), ['2026-11-29T00:00Z'])
  t.strictSame(ticks({ cron: '@monthly' }, after, 1), ['2026-12-01T00:00Z'])
  t.strictSame(ticks({ cron: '@yearly' }, after, 1), ['2027-01-01T00:00Z'])
  t.strictSame(
    nextCronTick({ cron: '0 12 * * *', timeZone: 'Europe/Berlin' }, new Date(after))?.toISOString(),
    '2026-11-23T11:00:00.000Z',
  )
  t.end()
})

t.test('an interval begins with the moment from which it counts', (t) => {
  const schedule = parseSchedule({ interval: '1m' }, 'it')
  t.strictSame(
    [-1, 0, 1, 59_999, 60_000].map((afterMs) => schedule.next(500 + afterMs, 500)),
    [500, 60_500, 60_500, 60_500, 120_500],
  )
  t.end()
})

t.test('J20 in spring a time of day that is skipped comes at the end of the gap; in autumn it comes once', (t) => {
  const cases: [timeZone: string, cron: string, after: string, expected: string[]][] = [
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:30Z']],
    ['America/New_York', '15,45 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:15Z']],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:30Z', '2026-11-02T06:30Z']],
    ['Europe/Berlin', '0 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:00Z']],
    ['Europe/Berlin', '0 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:00Z', '2026-10-26T01:00Z']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00Z', ['2026-10-03T15:30Z', '2026-10-04T15:15Z']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T12:00Z', ['2026-04-04T14:45Z', '2026-04-05T15:15Z']],
    ['Africa/Cairo', '0 0 * * *', '2026-04-23T12:00Z', ['2026-04-23T22:00Z', '2026-04-24T21:00Z']],
  ]
  for (const [timeZone, cron, after, expected] of cases) {
    t.strictSame(ticks({ cron, timeZone }, after, 2), expected, `${cron} ${timeZone} ${after}`)
  }
  t.end()
})

t.test('J20 a schedule with * or steps goes by real time through both', (t) => {
  t.strictSame(ticks({ cron: '*/30 * * * *', timeZone: 'Europe/Berlin' }, '2026-10-25T00:00Z', 5), [
    '2026-10-25T00:30Z',
    '2026-10-25T01:00Z',
    '2026-10-25T01:30Z',
    '2026-10-25T02:00Z',
    '2026-10-25T02:30Z',
  ])
  t.strictSame(ticks({ cron: '0 * * * *', timeZone: 'America/New_York' }, '2026-03-08T05:30Z', 3), [
    '2026-03-08T06:00Z',
    '2026-03-08T07:00Z',
    '2026-03-08T08:00Z',
  ])
  t.end()
})

t.test('what is no schedule is refused by name', (t) => {
  const refused = (options: ScheduleOptions, message: RegExp | string): void =>
    void t.throws(
      () => parseSchedule(options, 'cron entry "x"'),
      { code: /RQD_BAD_(OPTION|DURATION)/, message },
      JSON.stringify(options),
    )
  refused({}, 'cron entry "x" has neither a cron schedule nor an interval; expected one of them')
  refused({ cron: '* * * * *', interval: 5 }, /has both/)
  refused({ interval: 5, timeZone: 'UTC' }, /a time zone beside an interval/)
  refused({ interval: 0 }, 'cron entry "x" has the interval 0; expected at least 1 s')
  refused({ interval: -1 }, /expected at least 1 s/)
  refused({ interval: 'soon' }, /the interval of cron entry "x" is "soon"/)
  for (const cron of ['', '* * *', '* * * * * * 2030', '@reboot', '@sometimes', '2026-01-01T00:00:00']) {
    refused({ cron }, /^cron entry "x" has the schedule .*; expected "minute hour day month weekday", six fields/)
  }
  refused({ cron: '61 * * * *' }, /has the schedule "61 \* \* \* \*": Invalid value for minute: 61; expected/)
  refused({ cron: 'a b c d e' }, /illegal characters/)
  refused(
    { cron: '0 0 30 2 *' },
    'cron entry "x" has the schedule "0 0 30 2 *", which never comes; check day and month',
  )
  refused(
    { cron: '* * * * *', timeZone: 'Mars/Olympus' },
    /has the time zone "Mars\/Olympus"; expected a name of the IANA/,
  )
  refused({ cron: 5 as never }, /expected "minute/)
  t.end()
})

const field = (from: number, to: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: from, max: to }).map(String),
    fc.integer({ min: 2, max: Math.min(6, to) }).map((step) => `*/${step}`),
    fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to })).map((both) => both.join(',')),
  )

t.test('J20 ticks only go forward, and the same whichever time before them one asks from', (t) => {
  const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Cairo']
  fc.assert(
    fc.property(
      fc.tuple(
        field(0, 59),
        field(0, 23),
        fc.constantFrom('*', '*/3', '1,15'),
        fc.constantFrom('*', '3,10,11'),
        field(0, 6),
      ),
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (fields, timeZone, afterMs, part) => {
        const schedule = parseSchedule({ cron: fields.join(' '), timeZone }, 'it')
        let beforeMs = afterMs
        for (let i = 0; i < 4; i++) {
          const tickMs = schedule.next(beforeMs, 0)!
          if (tickMs <= beforeMs || tickMs % 1000 !== 0) return false
          const betweenMs = beforeMs + Math.floor((tickMs - 1 - beforeMs) * part)
          if (schedule.next(betweenMs, 0) !== tickMs) return false
          beforeMs = tickMs
        }
        return true
      },
    ),
    { numRuns: 300 },
  )
  t.end()
})
