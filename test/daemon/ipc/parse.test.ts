import t from 'tap'
import { type FromExecutor, type ToExecutor } from '../../../daemon/ipc/messages.js'
import { parseFromExecutor, parseToExecutor } from '../../../daemon/ipc/parse.js'

const bytes = new Uint8Array([1])
const runJob = { seq: 1, execution: 'e', id: 'i', queue: 'q', data: bytes, meta: null, timeoutSec: -1 }
const hello: ToExecutor = {
  type: 'hello',
  protocol: 1,
  worker: 'w',
  taskPaths: ['/t'],
  preload: [],
  statsIntervalMs: 5,
  concurrency: 1,
}
const ok = { execution: 'e', startedAtMs: 1.5, endedAtMs: 2, outcome: 'ok', value: null } as const
const error = { stage: 'run', errorType: 'E', message: 'm', traceback: 't' } as const

const toExecutor: ToExecutor[] = [
  hello,
  { type: 'run', jobs: [runJob, { ...runJob, meta: bytes }] },
  { type: 'abort', execution: 'e', reason: 'shutdown' },
  { type: 'exit' },
]
const fromExecutor: FromExecutor[] = [
  { type: 'hello', protocol: 1, pid: 2, language: 'node', version: 'v20' },
  { type: 'ready' },
  { type: 'fatal', message: 'm', traceback: 't' },
  { type: 'progress', ended: [ok, { ...ok, value: bytes }], started: [{ execution: 'e', atMs: 1 }] },
  { type: 'progress', ended: [{ execution: 'e', startedAtMs: 1, endedAtMs: 2, outcome: 'error', error }], started: [] },
  { type: 'returned', executions: ['e'] },
  { type: 'output', execution: 'e', stream: 'stdout', bytes },
  { type: 'stats', rssBytes: 1, cpuMs: 0.5 },
]

void t.test('every message passes as it is, and unknown fields are dropped', (t) => {
  for (const message of toExecutor) t.same(parseToExecutor({ ...message, later: 1 }), message, `to ${message.type}`)
  for (const message of fromExecutor)
    t.same(parseFromExecutor({ ...message, later: 1 }), message, `from ${message.type}`)
  t.end()
})

void t.test('each missing field is named', (t) => {
  for (const [messages, parse] of [
    [toExecutor, parseToExecutor] as const,
    [fromExecutor, parseFromExecutor] as const,
  ]) {
    for (const message of messages) {
      for (const field of Object.keys(message)) {
        if (field === 'type') continue
        const lacking = Object.fromEntries(Object.entries(message).filter(([key]) => key !== field))
        const text = new RegExp(`^bad ${message.type}: field ${field} is missing: expected `)
        t.throws(() => parse(lacking), { code: 'RQD_PROTOCOL', message: text }, `${message.type}.${field}`)
      }
    }
  }
  t.end()
})

void t.test('a wrong field is named with what was found and expected', (t) => {
  const cases: [unknown, string][] = [
    [7, 'bad a message: field message is 7: expected a map'],
    [null, 'bad a message: field message is null: expected a map'],
    [[], 'bad a message: field message is an array of 0: expected a map'],
    [{ type: 'serve' }, 'bad serve: field worker is missing: expected text'],
    [
      { type: 'dance' },
      'bad a message to an executor: field type is "dance": expected one of hello, run, abort, serve, exit',
    ],
    [{ type: 'run', jobs: [3] }, 'bad run: field jobs[] is 3: expected a map'],
    [{ type: 'run', jobs: [{ ...runJob, data: 'x' }] }, 'bad run: field data is "x": expected bytes'],
    [{ type: 'run', jobs: [{ ...runJob, meta: 'x' }] }, 'bad run: field jobs[].meta is "x": expected bytes or nil'],
    [
      { type: 'run', jobs: [{ ...runJob, timeoutSec: NaN }] },
      'bad run: field timeoutSec is NaN: expected a finite number',
    ],
    [{ ...hello, protocol: 1.5 }, 'bad hello: field protocol is 1.5: expected an integer of at least 0'],
    [{ ...hello, taskPaths: [bytes] }, 'bad hello: field taskPaths[] is 1 bytes: expected text'],
    [
      { type: 'abort', execution: 'e', reason: 'boredom' },
      'bad abort: field reason is "boredom": expected one of timeout, stopped, shutdown',
    ],
  ]
  for (const [value, message] of cases) t.throws(() => parseToExecutor(value), { code: 'RQD_PROTOCOL', message })
  t.throws(() => parseFromExecutor({ type: 'progress', ended: [{ ...ok, outcome: 'meh' }], started: [] }), {
    code: 'RQD_PROTOCOL',
    message: 'bad progress: field outcome is "meh": expected ok or error',
  })
  t.end()
})
