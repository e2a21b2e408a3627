import fc from 'fast-check'
import t from 'tap'
import { formatEpochSec, formatIso, parseIso } from '../../../src/job/time.js'

void t.test('ISO times have six digits and a Z', (t) => {
  t.equal(formatIso(Date.UTC(2026, 10, 23, 8, 31, 26, 251) + 0.911), '2026-11-23T08:31:26.251911Z')
  t.equal(formatIso(0), '1970-01-01T00:00:00.000000Z')
  t.equal(formatIso(0.9999), '1970-01-01T00:00:00.001000Z', 'rounded up into the next millisecond')
  t.equal(formatIso(-0.001), '1969-12-31T23:59:59.999999Z')
  t.equal(formatIso(Date.UTC(2000, 0) - 63_082_281_600_000 + 63_082_281_600_000), '2000-01-01T00:00:00.000000Z')
  for (const bad of [NaN, Infinity, 1e15, -1e15]) t.throws(() => formatIso(bad), { code: 'RQD_UNREPRESENTABLE' })
  t.end()
})

void t.test('reads one to six fraction digits or none', (t) => {
  const whole = Date.UTC(2026, 10, 23, 8, 31, 26)
  t.equal(parseIso('2026-11-23T08:31:26Z'), whole)
  t.equal(parseIso('2026-11-23T08:31:26.1Z'), whole + 100)
  t.equal(parseIso('2026-11-23T08:31:26.123Z'), whole + 123)
  t.equal(parseIso('2026-11-23T08:31:26.251911Z'), whole + 251.911)
  t.equal(parseIso('0001-01-01T00:00:00.000000Z'), -62_135_596_800_000)
  t.end()
})

void t.test('refuses everything else, naming the field', (t) => {
  const bad = [
    '',
    '2026-11-23T08:31:26+00:00',
    '2026-11-23T08:31:26.Z',
    '2026-11-23T08:31:26.1234567Z',
    '2026-11-23 08:31:26Z',
    '2026-13-23T08:31:26Z',
    '2026-02-30T08:31:26Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T08:60:26Z',
    '2026-11-23T08:31:60Z',
    '0000-01-01T00:00:00Z',
    ' 2026-11-23T08:31:26Z',
    '2026-11-23T08:31:26Z\n',
  ]
  for (const text of bad) {
    t.throws(
      () => parseIso(text, 'started_at'),
      { code: 'RQD_MALFORMED_JOB', field: 'started_at', message: /field started_at: found/ },
      text,
    )
  }
  t.end()
})

void t.test('epoch seconds print as a Python float', (t) => {
  t.equal(formatEpochSec(1795422826553.719), '1795422826.553719')
  t.equal(formatEpochSec(1795422826000), '1795422826.0')
  t.equal(formatEpochSec(1795422826500), '1795422826.5')
  t.equal(formatEpochSec(0.001), '0.000001')
  t.equal(formatEpochSec(-1500), '-1.5')
  t.end()
})

void t.test('property: microseconds survive', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: 0, max: 999 }), (ms, us) => {
      const text = formatIso(ms + us / 1000)
      return (
        text.endsWith(`${String(us).padStart(3, '0')}Z`) &&
        formatIso(parseIso(text)) === text &&
        Math.floor(parseIso(text)) === ms
      )
    }),
    { numRuns: 2000, seed: 4 },
  )
  t.pass('it holds')
  t.end()
})

void t.test('property: a time is read as itself whatever was read or written before it', (t) => {
  const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?Z$/
  const seconds = ['2026-11-23T08:31:26', '2026-11-23T08:31:27', '2026-11-23T08:31:2x', '2026-02-30T00:00:00', '-']
  const tails = fc.oneof(fc.constantFrom('', '.', 'Z', '.Z', '.1234567Z', '. 1Z', '.1Z'), fc.string({ maxLength: 8 }))
  fc.assert(
    fc.property(fc.constantFrom(...seconds), tails, (second, tail) => {
      const text = second === '-' ? `-${'0'.repeat(18)}${tail}` : second + tail
      const match = pattern.exec(text)
      const wholeMs = match === null ? NaN : Date.parse(`${match[1]!}Z`)
      const valid = new Date(wholeMs).getTime() === wholeMs && !text.startsWith('2026-02-30')
      if (!valid) {
        t.throws(() => parseIso(text), { code: 'RQD_MALFORMED_JOB' })
        return true
      }
      const us = Number((match?.[2] ?? '').padEnd(6, '0'))
      return parseIso(text) === wholeMs + us / 1000 && formatIso(wholeMs) === `${match![1]!}.000000Z`
    }),
    { numRuns: 2_000, seed: 7 },
  )
  t.end()
})
