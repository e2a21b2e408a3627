import t from 'tap'
import { type Entry, checkLogFormat, lineMaker } from '../../../daemon/log/log-format.js'
import { chooseFormat } from '../../../daemon/log/choose-format.js'

const entry: Entry = {
  timestamp: '2026-03-04T05:06:07.089Z',
  level: 'warn',
  message: 'careful',
  fields: { n: 3, text: 'a b' },
}
const localTime = new Date(entry.timestamp).toTimeString().slice(0, 8)

function line(format: string, dateFormat?: string, level: Entry['level'] = 'warn'): string {
  return lineMaker({ format, dateFormat, pid: 42 })({ ...entry, level })
}

t.test('each format writes its line (W3)', async (t) => {
  t.equal(line('text'), '2026-03-04T05:06:07.089Z WARN  careful  n=3 text="a b"')
  t.equal(line('text', '%Y'), '2026 WARN  careful  n=3 text="a b"')
  t.same(JSON.parse(line('json')), entry)
  t.equal(line('journald'), '<4>careful  n=3 text="a b"')
  t.same(
    (['error', 'info', 'debug'] as const).map((level) => line('journald', undefined, level).slice(0, 3)),
    ['<3>', '<6>', '<7>'],
  )
})

const formats: [format: string, expected: string][] = [
  ['%(asctime)s %(message)s', `${localTime} careful  n=3 text="a b"`],
  ['%(levelname)s:%(name)s', 'WARNING:rqd'],
  ['[%(levelname)-8s]', '[WARNING ]'],
  ['[%(levelname)9s]', '[  WARNING]'],
  ['%(levelname).4s', 'WARN'],
  ['%(levelno)s %(levelno)04d', '30 0030'],
  ['%(process)d', '42'],
  ['%(msecs)03d', '089'],
  ['%(created).3f', '1772600767.089'],
  ['100%% %(levelno)s', '100% 30'],
]

t.test("RQ's format strings are Python's (W3)", async (t) => {
  for (const [format, expected] of formats) t.equal(line(format), expected, format)
  t.equal(line('%(asctime)s', '%Y-%m-%d'), '2026-03-04')
})

t.test('a format that cannot be meant is refused, with the nearest name', async (t) => {
  const cases: [string, RegExp][] = [
    ['%(levlname)s', /no field of a log line.*did you mean "levelname"/],
    ['%(message)', /"%\(message\)" is no field/],
    ['%s', /"%s" is no field; expected %\(message\)s/],
    ['50%', /"%" is no field/],
    ['journal', /expected auto, text, json, journald.*did you mean "journald"/],
  ]
  for (const [format, message] of cases)
    t.throws(() => checkLogFormat(format), { code: 'RQD_BAD_OPTION', message }, format)
})

t.test('auto is journald where stderr is the journal, and text elsewhere', async (t) => {
  const ids = () => ({ dev: 8, ino: 1234 })
  t.equal(chooseFormat('auto', {}, ids), 'text')
  t.equal(chooseFormat('auto', { JOURNAL_STREAM: '8:1234' }, ids), 'journald')
  t.equal(chooseFormat('auto', { JOURNAL_STREAM: '8:999' }, ids), 'text', 'somebody else is the journal')
  t.equal(chooseFormat('json', { JOURNAL_STREAM: '8:1234' }, ids), 'json')
  t.equal(chooseFormat('auto', { JOURNAL_STREAM: '0:0' }), 'text')
})

t.test('C12 nothing raw comes into a line, and nothing of any length', async (t) => {
  const odd = '\u001b[2J\u009b31m\u007f\u202egpj\u2028\n'
  const long = 'x'.repeat(1_000_000)
  const said = { timestamp: entry.timestamp, level: 'error' as const, message: `a${odd}b`, fields: { odd, long } }
  for (const format of ['text', 'json', 'journald', '%(asctime)s %(message)s']) {
    const text = lineMaker({ format, dateFormat: undefined, pid: 1 })(said)
    t.notMatch(text, /[\p{Cc}\u2028\u202e]/u, format)
    t.ok(text.length < 5_000, format)
  }
  const json = JSON.parse(lineMaker({ format: 'json', dateFormat: undefined, pid: 1 })(said)) as Entry
  t.equal(json.fields['odd'], odd, 'whoever reads JSON gets what it was')
})
