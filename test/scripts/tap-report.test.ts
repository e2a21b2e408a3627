import t from 'tap'
import { loadScript } from './load.js'

interface Report {
  line(line: string): void
  totals: { passed: number; failed: number; skipped: number } | undefined
  ended: Set<string>
}

const { TapReport } = await loadScript<{
  TapReport: new (write: (line: string) => void, nameOf?: (name: string) => string) => Report
}>('tap-report')

function report(tap: string): { report: Report; lines: string[] } {
  const lines: string[] = []
  const report = new TapReport(
    (line) => lines.push(line),
    (name) => name.replace(/\.js$/, '.ts'),
  )
  for (const line of tap.split('\n')) report.line(line)
  return { report, lines }
}

t.test('a file that passes is one line', (t) => {
  const { report: read, lines } = report(`TAP version 14
1..1
# Subtest: build/a.test.js
    # Subtest: adds
        ok 1 - one
        1..1
    ok 1 - adds # time=2.5ms
    1..1
    # { total: 9, pass: 9 }
ok 1 - build/a.test.js # time=1530.4ms

# { total: 1, pass: 1 }
# time=1600ms`)
  t.same(lines, ['✓ build/a.test.ts  1.5 s'])
  t.same(read.totals, { passed: 1, failed: 0, skipped: 0 })
  t.same([...read.ended], ['build/a.test.js'])
  t.end()
})

t.test('failures are shown once, with their path and all that is known', (t) => {
  const { report: read, lines } = report(`# Subtest: build/a.test.js
    # Subtest: outer
        # Subtest: inner
            ok 1 - fine
            not ok 2 - broken
              ---
              diff: |
                -1
                +2
              ...
            1..2
            # failed 1 of 2 tests
        not ok 1 - inner # time=1ms
          ---
          at: somewhere
          ...
        1..1
    not ok 1 - outer # time=2ms
    1..1
not ok 1 - build/a.test.js # time=12ms
  ---
  exitCode: 1
  ...
# { total: 4, pass: 1, fail: 2, skip: 1 }`)
  t.same(lines, [
    '✗ build/a.test.ts  12 ms',
    '\n    ✗ outer > inner > broken',
    '      diff: |',
    '        -1',
    '        +2',
    '',
  ])
  t.same(read.totals, { passed: 1, failed: 2, skipped: 1 })
  t.end()
})

t.test('a file that crashed says how', (t) => {
  const { lines } = report(`# Subtest: build/a.test.js
    1..0
not ok 1 - build/a.test.js # time=1ms
  ---
  exitCode: 3
  signal: null
  ...`)
  t.same(lines, ['✗ build/a.test.ts  1 ms', '      exitCode: 3', '      signal: null'])
  t.end()
})

t.test('what was skipped is told with the reason', (t) => {
  const { report: read, lines } = report(`# Subtest: build/a.test.js
    ok 1 - with python # SKIP there is none
    # Subtest: group
        ok 1 - later # TODO
        1..1
    ok 2 - group # time=1ms
    1..2
ok 1 - build/a.test.js # time=1ms
ok 2 - build/b.test.js # time=3ms # SKIP not on this system
# { total: 3, pass: 1, todo: 1, skip: 1 }`)
  t.same(lines, [
    '✓ build/a.test.ts  1 ms',
    '    skip: with python (there is none)',
    '    todo: group > later',
    '- build/b.test.ts  skip: not on this system',
  ])
  t.same(read.totals, { passed: 1, failed: 0, skipped: 2 })
  t.same([...read.ended], ['build/a.test.js', 'build/b.test.js'])
  t.end()
})

t.test('a run that never ended has no totals', (t) => {
  t.equal(report('# Subtest: build/a.test.js\n    ok 1 - one').report.totals, undefined)
  t.end()
})
