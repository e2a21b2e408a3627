import t from 'tap'
import { makeConfig } from '../../daemon/config/make-config.js'
import { cronOptions } from '../../daemon/cron-config.js'

const entry = { name: 'e', schedule: '0 3 * * *', func: 'a.b' }

t.test('J20 cron entries of the configuration become those of the library', (t) => {
  t.strictSame(makeConfig({}).cron, [])
  const full = {
    ...entry,
    timeZone: 'Europe/Berlin',
    args: [1],
    kwargs: { a: null },
    backfill: { count: 3 },
    jobTimeout: '5m',
    retry: { max: 2 },
  }
  const [read] = makeConfig({ cron: [full] }).cron
  const { schedule, func: _, ...rest } = full
  t.strictSame(read && cronOptions(read), { ...rest, cron: schedule })
  t.end()
})

t.test('what no entry can be is refused by name', (t) => {
  const cases: [object[], RegExp][] = [
    [
      [{ ...entry, schedule: '61 * * * *' }],
      /cron \(entry 1\) .*: cron entry "e" has the schedule "61 \* \* \* \*": Invalid value/,
    ],
    [[entry, { ...entry, name: 'f', timeZone: 'Nowhere' }], /cron \(entry 2\) .*time zone "Nowhere"/],
    [[entry, entry], /cron entry "e" is there twice/],
    [[{ ...entry, interval: 5 }], /both a cron schedule and an interval/],
    [[{ ...entry, func: 'ab' }], /function "ab"; expected "module.function"/],
    [[{ ...entry, jobTimeout: 'soon' }], /jobTimeout is "soon"/],
    [[{ ...entry, timezone: 'UTC' }], /timezone/],
  ]
  for (const [cron, message] of cases)
    t.throws(() => makeConfig({ cron: cron as never }), { code: 'RQD_BAD_OPTION', message })
  t.end()
})
