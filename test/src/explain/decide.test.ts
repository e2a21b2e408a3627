import fc from 'fast-check'
import t from 'tap'
import { causes } from '../../../src/explain/causes.js'
import { explain } from '../../../src/explain/decide.js'
import type { DaemonFacts, JobFacts, WorkerFacts } from '../../../src/explain/facts.js'
import { emptyJobHash } from '../../../src/job/hash.js'
import { jobStatuses } from '../../../src/job/status.js'

const nowMs = 1_795_422_826_000
const time = fc.option(fc.integer({ min: nowMs - 1e9, max: nowMs + 1e9 }), { nil: undefined })
const score = fc.option(fc.integer({ min: nowMs / 1000 - 1e6, max: nowMs / 1000 + 1e6 }), { nil: undefined })
const count = fc.nat(2_000)
const name = fc.string({ minLength: 1, maxLength: 8 })

const worker: fc.Arbitrary<WorkerFacts> = fc.record({
  name,
  host: fc.option(name, { nil: null }),
  pid: fc.option(count, { nil: null }),
  queues: fc.constantFrom(['q'], ['high', 'q'], ['other'], []),
  state: fc.constantFrom('idle', 'busy', 'suspended', '?'),
  currentJob: fc.option(name, { nil: null }),
  currentSinceMs: time,
  lastBeatMs: time,
  jobs: count,
  workSec: count,
  isAlive: fc.boolean(),
  isOurs: fc.boolean(),
})
const daemon: fc.Arbitrary<DaemonFacts> = fc.record({
  id: name,
  name,
  host: name,
  pid: name,
  leaseEndMs: fc.constantFrom(0, nowMs - 1, nowMs + 10_000),
})

const facts: fc.Arbitrary<JobFacts> = fc.record({
  jobId: name,
  nowMs: fc.constant(nowMs),
  jobKey: fc.constant('rq:job:x'),
  keyType: fc.constantFrom('hash', 'hash', 'hash', 'none', 'string'),
  stored: fc
    .record({
      status: fc.option(fc.constantFrom(...jobStatuses), { nil: undefined }),
      startedAtMs: time,
      endedAtMs: time,
      enqueuedAtMs: time,
      timeoutSec: fc.constantFrom(-1, 1, 180, undefined),
      retriesLeft: fc.option(fc.nat(3), { nil: undefined }),
      repeatsLeft: fc.option(fc.nat(3), { nil: undefined }),
      expiresAtMs: time,
      dataBytes: fc.nat(1),
      isBad: fc.boolean(),
      problems: fc.array(fc.record({ field: name, message: name }), { maxLength: 2 }),
    })
    .map(({ expiresAtMs, dataBytes, isBad, problems, ...fields }) => ({
      hash: { ...emptyJobHash('x'), ...fields },
      statusText: fields.status,
      problems,
      expiresAtMs,
      dataBytes,
      payload: isBad
        ? ({ kind: 'bad', problem: 'it is bad' } as const)
        : ({ kind: 'good', format: 'json', func: 'a.b' } as const),
    })),
  queue: fc.constantFrom('q', undefined),
  queueKey: fc.constant('rq:queue:q'),
  position: fc.record({
    isThere: fc.constantFrom(true, false, null),
    ahead: fc.option(count, { nil: null }),
    isTwice: fc.boolean(),
    length: fc.option(count, { nil: null }),
  }),
  places: fc.record({
    finished: score,
    failed: score,
    deferred: score,
    scheduled: score,
    canceled: score,
    ready: score,
    isIntermediate: fc.boolean(),
  }),
  runs: fc.array(
    fc.record({
      execution: fc.option(name, { nil: undefined }),
      holder: fc.option(daemon, { nil: undefined }),
      markEndMs: time,
      isBeating: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  daemons: fc.array(daemon, { maxLength: 2 }),
  runner: fc.option(worker, { nil: undefined }),
  listeners: fc.record({
    workers: fc.array(worker, { maxLength: 3 }),
    others: fc.array(worker, { maxLength: 2 }),
    backlog: fc.constantFrom(new Map<string, number>(), new Map([['high', 3]])),
  }),
  suspension: fc.record({ isOn: fc.boolean(), endMs: time }),
  isPausedEverywhere: fc.option(fc.boolean(), { nil: undefined }),
  pauses: fc.array(fc.record({ queue: fc.constantFrom('q', 'p'), daemon: name, workers: fc.array(name) }), {
    maxLength: 1,
  }),
  dependencies: fc.array(
    fc.record({
      jobId: name,
      queue: fc.option(name, { nil: undefined }),
      status: fc.option(fc.constantFrom('', ...jobStatuses), { nil: undefined }),
      knowsChild: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  schedulerLock: fc.record({ holder: fc.option(name, { nil: undefined }) }),
  rateLimit: fc.option(
    fc.record({
      key: name,
      concurrency: fc.option(count, { nil: undefined }),
      holders: fc.array(name),
      isWaiting: fc.boolean(),
    }),
    { nil: undefined },
  ),
  failure: fc.option(
    fc.record({
      text: fc.string(),
      certificate: fc.constant(undefined),
      worker: fc.option(name, { nil: undefined }),
      atMs: time,
    }),
    { nil: undefined },
  ),
  traces: fc.array(fc.record({ queue: name, place: fc.constantFrom('queue', 'finished', 'deferred') }), {
    maxLength: 2,
  }),
  resultsLeft: fc.nat(2),
})

t.test('C7 whatever is found, there is a known cause, said in a whole sentence, and named once', (t) => {
  fc.assert(
    fc.property(facts, (found) => {
      const { verdicts, exists, jobId } = explain(found)
      const codes = verdicts.map(({ cause }) => cause)
      return (
        codes.length > 0 &&
        new Set(codes).size === codes.length &&
        jobId === found.jobId &&
        exists === (found.keyType === 'hash') &&
        verdicts.every(
          ({ cause, sentence, evidence }) =>
            Object.hasOwn(causes, cause) &&
            /^[A-Z0-9].*\.$|: ./s.test(sentence) &&
            !/undefined|NaN|null|\[object/.test(sentence) &&
            evidence.every(({ text }) => text !== '' && !/undefined|NaN|\[object/.test(text)),
        )
      )
    }),
    { numRuns: 2_000 },
  )
  t.end()
})

t.test('C7 what stops everything comes before what stops a queue, and both before the turn of a job', (t) => {
  const order = [
    'suspended',
    'paused',
    'no-worker',
    'workers-busy',
    'outranked',
    'duplicated',
    'expires-first',
    'behind-others',
  ]
  fc.assert(
    fc.property(facts, (found) => {
      const ranks = explain(found)
        .verdicts.map(({ cause }) => order.indexOf(cause))
        .filter((rank) => rank !== -1)
      return ranks.every((rank, i) => i === 0 || rank > (ranks[i - 1] ?? -1))
    }),
    { numRuns: 2_000 },
  )
  t.end()
})

t.test('C7 a job waits for its turn only while nothing keeps its queue from being served', (t) => {
  fc.assert(
    fc.property(facts, (found) => {
      const codes = explain(found).verdicts.map(({ cause }) => cause)
      const isFree = codes.includes('next-in-line')
      return !isFree || !codes.some((cause) => ['suspended', 'paused', 'no-worker', 'workers-busy'].includes(cause))
    }),
    { numRuns: 2_000 },
  )
  t.end()
})
