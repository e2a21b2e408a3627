import t from 'tap'
import { type FromExecutor, type ToExecutor } from '../../../daemon/ipc/messages.js'
import { parseFromExecutor, parseToExecutor } from '../../../daemon/ipc/parse.js'
import { ExecutorWire, SupervisorWire } from '../../../daemon/ipc/wire.js'

const bytes = new Uint8Array([1])
const runJob = { seq: 1, execution: 'e', id: 'i', queue: 'q', data: bytes, meta: null, timeoutSec: -1, callbacks: null }
const callbacks = { success: { name: 's.s', timeoutSec: 60 }, failure: null }
const stopped = { ...runJob, callbacks: { success: null, failure: null, stopped: { name: 's.s', timeoutSec: 5 } } }
const ofAnn = { retriesLeft: 2, tenant: 'ann', prefix: '{ann}:rq' }
const hello: ToExecutor = {
  type: 'hello',
  protocol: 1,
  worker: 'w',
  taskPaths: ['/t'],
  preload: [],
  statsIntervalMs: 5,
  concurrency: 1,
}
const ok = { seq: 1, execution: 'e', startedAtMs: 1.5, endedAtMs: 2, outcome: 'ok', value: null } as const
const error = { stage: 'run', errorType: 'E', message: 'm', traceback: 't' } as const

const readFromExecutor = (value: unknown): FromExecutor => parseFromExecutor(value, () => 'e')

const custom = {
  exceptionHandlers: ['shop.report'],
  hooks: 'hooks',
  workerClass: null,
  jobClass: 'shop:Job',
  queueClass: null,
  connectionClass: null,
  deathPenaltyClass: null,
  redis: '"redis://box"',
  prefix: 'rq',
  sentryDsn: null,
}

const toExecutor: ToExecutor[] = [
  hello,
  { ...hello, custom },
  { ...hello, prefix: '{shop}:rq' },
  {
    type: 'run',
    jobs: [runJob, { ...runJob, meta: bytes }, { ...runJob, callbacks }, stopped, { ...runJob, retriesLeft: 2 }],
  },
  {
    type: 'run',
    jobs: [
      { ...runJob, ...ofAnn },
      { ...stopped, ...ofAnn },
      { ...runJob, retriesLeft: 0, prefix: 'x' },
    ],
  },
  { type: 'abort', execution: 'e', reason: 'shutdown' },
  { type: 'saved', request: 1, code: '', message: '' },
  { type: 'exit', why: 'stopping' },
  { type: 'exit', why: 'recycling' },
]
const fromExecutor: FromExecutor[] = [
  { type: 'hello', protocol: 1, pid: 2, language: 'node', version: 'v20' },
  { type: 'ready' },
  { type: 'leaving' },
  { type: 'fatal', message: 'm', traceback: 't' },
  {
    type: 'progress',
    ended: [ok, { ...ok, seq: 2, value: bytes }],
    started: [{ seq: 3, execution: 'e', atMs: 1 }],
  },
  {
    type: 'progress',
    ended: [{ seq: 1, execution: 'e', startedAtMs: 1, endedAtMs: 2, outcome: 'error', error }],
    started: [],
  },
  { type: 'callback', execution: 'e', timeoutSec: 60, traceback: null },
  { type: 'callback', execution: 'e', timeoutSec: 60, traceback: null, step: 'afterJob hook' },
  { type: 'returned', executions: ['e'] },
  { type: 'meta', execution: 'e', request: 1, meta: bytes },
  { type: 'meta', execution: 'e', request: 2, meta: null },
  { type: 'output', execution: 'e', stream: 'stdout', bytes },
  { type: 'stats', rssBytes: 1, cpuMs: 0.5 },
]

/** The supervisor's side once the executor has said `hello`, and `ready` where that is due. */
function opened(isReady = true): SupervisorWire {
  const supervisor = new SupervisorWire()
  supervisor.read({ type: 'hello', protocol: 1, pid: 2, language: 'node', version: 'v' })
  if (isReady) supervisor.read({ type: 'ready' })
  return supervisor
}

void t.test('every message passes as it is, and unknown fields are dropped', (t) => {
  const executor = new ExecutorWire()
  for (const message of toExecutor) {
    const written = new SupervisorWire().write(message) as object
    t.same(executor.read({ ...written, later: 1 }), message, `to ${message.type}`)
  }
  for (const message of fromExecutor) {
    const supervisor = message.type === 'hello' ? new SupervisorWire() : opened(message.type !== 'ready')
    supervisor.write({ type: 'run', jobs: [1, 2, 3].map((seq) => ({ ...runJob, seq })) })
    t.same(supervisor.read({ ...(executor.write(message) as object), later: 1 }), message, `from ${message.type}`)
  }
  t.end()
})

void t.test('items of a job behind those that are known are dropped', (t) => {
  const job = { ...runJob, ...ofAnn }
  const { jobs } = new SupervisorWire().write({ type: 'run', jobs: [job] }) as { jobs: unknown[][] }
  const later = { type: 'run', jobs: jobs.map((items) => [...items, 'later', { more: 1 }]) }
  t.same(new ExecutorWire().read(later), { type: 'run', jobs: [job] })
  t.end()
})

void t.test('a job of a tenant that has no retries says 0 of them', (t) => {
  const whose = { tenant: 'ann', prefix: '{ann}:rq' }
  const written = new SupervisorWire().write({ type: 'run', jobs: [{ ...runJob, ...whose }] })
  t.same(new ExecutorWire().read(written), { type: 'run', jobs: [{ ...runJob, retriesLeft: 0, ...whose }] })
  t.end()
})

void t.test('a job that the executor does not have, or has given back, is named', (t) => {
  const supervisor = opened()
  const message = 'bad progress: it names job 2, which this executor does not have'
  const progress = (seq: number): unknown => ({ type: 'progress', ended: [], started: [[seq, 1]] })
  t.throws(() => supervisor.read(progress(2)), { code: 'RQD_PROTOCOL', message })
  supervisor.write({ type: 'run', jobs: [runJob, { ...runJob, seq: 2, execution: 'f' }] })
  t.match(supervisor.read(progress(2)), { started: [{ execution: 'f' }] })
  supervisor.revoked(2, 1)
  t.throws(() => supervisor.read(progress(2)), { code: 'RQD_PROTOCOL', message })
  t.match(supervisor.read(progress(1)), { started: [{ execution: 'e' }] })
  t.end()
})

void t.test('each missing field is named', (t) => {
  for (const [messages, parse] of [[toExecutor, parseToExecutor] as const, [fromExecutor, readFromExecutor] as const]) {
    for (const message of messages) {
      const written = message.type === 'progress' ? (new ExecutorWire().write(message) as object) : message
      for (const field of Object.keys(message)) {
        if (['type', 'custom', 'step', 'prefix'].includes(field)) continue
        const lacking = Object.fromEntries(Object.entries(written).filter(([key]) => key !== field))
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
      'bad a message to an executor: field type is "dance": expected one of hello, run, abort, saved, serve, exit',
    ],
    [{ type: 'run', jobs: [3] }, 'bad run: field jobs[] is 3: expected an array'],
    [{ type: 'run', jobs: [[1, 'e', 'i', 'q', 'x']] }, 'bad run: field jobs[].data is "x": expected bytes'],
    [
      { type: 'run', jobs: [[1, 'e', 'i', 'q', bytes, 'x']] },
      'bad run: field jobs[].meta is "x": expected bytes or nil',
    ],
    [
      { type: 'run', jobs: [[1, 'e', 'i', 'q', bytes, null, NaN]] },
      'bad run: field jobs[].timeoutSec is NaN: expected a finite number',
    ],
    [
      { type: 'run', jobs: [[1, 'e', 'i', 'q', bytes, null, 1, { success: { name: 'a.b' } }]] },
      'bad run: field timeoutSec is missing: expected a finite number',
    ],
    [
      { type: 'run', jobs: [[1, 'e', 'i', 'q', bytes, null, 1, null, 0, 7]] },
      'bad run: field jobs[].tenant is 7: expected text or nil',
    ],
    [
      { type: 'run', jobs: [[1, 'e', 'i', 'q', bytes, null, 1, null, 0, 'ann', 7]] },
      'bad run: field jobs[].prefix is 7: expected text or nil',
    ],
    [{ ...hello, prefix: 7 }, 'bad hello: field prefix is 7: expected text'],
    [{ ...hello, protocol: 1.5 }, 'bad hello: field protocol is 1.5: expected an integer of at least 0'],
    [{ ...hello, taskPaths: [bytes] }, 'bad hello: field taskPaths[] is 1 bytes: expected text'],
    [
      { type: 'abort', execution: 'e', reason: 'boredom' },
      'bad abort: field reason is "boredom": expected one of timeout, stopped, shutdown',
    ],
  ]
  for (const [value, message] of cases) t.throws(() => parseToExecutor(value), { code: 'RQD_PROTOCOL', message })
  t.throws(() => readFromExecutor({ type: 'progress', ended: [[1, 1, 2, 'meh']], started: [] }), {
    code: 'RQD_PROTOCOL',
    message: 'bad progress: field ended[].value is "meh": expected bytes or nil',
  })
  t.end()
})

void t.test('what comes out of order, or twice, is refused by name (C12)', (t) => {
  const refuses = (supervisor: SupervisorWire, message: object, text: string): void => {
    t.throws(() => supervisor.read(message), { code: 'RQD_PROTOCOL', message: text })
  }
  const stats = { type: 'stats', rssBytes: 1, cpuMs: 1 }
  refuses(new SupervisorWire(), { type: 'ready' }, 'bad order: ready came before hello')
  refuses(opened(false), stats, 'bad order: stats came before ready')
  refuses(opened(), { type: 'ready' }, 'bad order: ready came twice')
  t.match(new SupervisorWire().read({ type: 'leaving' }), { type: 'leaving' }, 'it may leave before anything')
  const progress = (ended: unknown[], started: unknown[] = []): object => ({ type: 'progress', ended, started })
  const busy = (): SupervisorWire => {
    const supervisor = opened()
    supervisor.write({ type: 'run', jobs: [runJob] })
    return supervisor
  }
  refuses(busy(), progress([[1, 1, 2, null], [1, 1, 2, null]]), 'bad progress: job 1 ended twice') // prettier-ignore
  refuses(busy(), progress([[1, 1, 2, null]], [[1, 1]]), 'bad progress: job 1 began after its end')
  const begun = busy()
  begun.read(progress([], [[1, 1]]))
  refuses(begun, progress([], [[1, 1]]), 'bad progress: job 1 began twice')
  refuses(
    busy(),
    progress([], [[1, 1e17]]),
    'bad progress: field started[].atMs is 100000000000000000: expected milliseconds since the epoch, up to the year 9999',
  )
  t.end()
})
