import t from 'tap'
import { defaultSettlePolicy, repeatDelaySec, retryDelaySec, settle, type Outcome } from '../../../src/job/settle.js'
import type { DeathCertificate } from '../../../src/job/certificate.js'

const policy = defaultSettlePolicy
// The decision hands a certificate on and never looks into it.
const certificate = { cause: 'signal' } as unknown as DeathCertificate
const raised: Outcome = { kind: 'raised', text: 'why' }
const died: Outcome = { kind: 'died', text: 'why', certificate }
const year = 31_536_000

void t.test('a function that returned finishes its job, kept as long as the job says, else as the policy says', (t) => {
  const value = Buffer.from('3')
  const returned: Outcome = { kind: 'returned', value }
  t.strictSame(settle({}, returned, 0, policy), { kind: 'finish', resultTtlSec: 500, value })
  t.match(settle({}, returned, 0, { ...policy, resultTtlSec: 7 }), { resultTtlSec: 7 })
  for (const resultTtlSec of [0, -1, 60]) t.match(settle({ resultTtlSec }, returned, 0, policy), { resultTtlSec })
  t.strictSame(settle({ retriesLeft: 3 }, { kind: 'returned', value: null }, 0, policy), {
    kind: 'finish',
    resultTtlSec: 500,
    value: null,
  })
  t.end()
})

void t.test('without retries left a raised error fails the job for a year, or as long as it says', (t) => {
  const failed = { kind: 'fail', status: 'failed', text: 'why', certificate: undefined }
  t.strictSame(settle({}, raised, 0, policy), { ...failed, failureTtlSec: year, resultsTtlSec: undefined })
  t.strictSame(settle({ failureTtlSec: 60, retriesLeft: 0 }, raised, 0, policy), {
    ...failed,
    failureTtlSec: 60,
    resultsTtlSec: 60,
  })
  t.match(settle({ failureTtlSec: -1 }, raised, 0, policy), { failureTtlSec: -1, resultsTtlSec: -1 })
  t.match(settle({}, { ...raised, certificate }, 0, policy), { certificate })
  t.end()
})

void t.test('W12: where failures are not stored, only those that fail a job for good are not', (t) => {
  const bare = { ...policy, storesFailures: false }
  t.match(settle({}, raised, 0, bare), { kind: 'fail', status: 'failed', unstored: true })
  t.match(settle({}, died, 0, bare), { kind: 'fail', status: 'failed', unstored: true })
  t.match(settle({ retriesLeft: 1 }, raised, 0, bare), { kind: 'retry' })
  t.notOk('unstored' in settle({}, { kind: 'stopped', text: 'why' }, 0, bare))
  t.notOk('unstored' in settle({}, raised, 0, policy))
  t.end()
})

void t.test('with retries left it is tried again, as the job says', (t) => {
  t.strictSame(settle({ retriesLeft: 1 }, raised, 0, policy), {
    kind: 'retry',
    retriesLeft: 0,
    delaySec: 0,
    atFront: false,
    ttlSec: 0,
    deaths: undefined,
    text: 'why',
  })
  const job = { retriesLeft: 2, retryIntervalsSec: [10, 20], enqueueAtFrontOnRetry: true, ttlSec: 30 }
  t.match(settle(job, raised, 0, policy), { retriesLeft: 1, delaySec: 10, atFront: true, ttlSec: 30 })
  t.end()
})

void t.test('a stopped job fails without a retry', (t) => {
  t.strictSame(settle({ retriesLeft: 5 }, { kind: 'stopped', text: 'stopped' }, 0, policy), {
    kind: 'fail',
    status: 'stopped',
    failureTtlSec: year,
    resultsTtlSec: undefined,
    text: 'stopped',
    certificate: undefined,
  })
  t.end()
})

void t.test('an interruption spends nothing', (t) => {
  t.strictSame(settle({ retriesLeft: 0 }, { kind: 'interrupted' }, 0, policy), { kind: 'hand-back', ttlSec: 0 })
  t.strictSame(settle({ ttlSec: 9 }, { kind: 'interrupted' }, 2, policy), { kind: 'hand-back', ttlSec: 9 })
  t.end()
})

void t.test('a job that keeps ending executors is failed after so many deaths, whatever retries it has', (t) => {
  t.match(settle({ retriesLeft: 9 }, died, 0, policy), { kind: 'retry', retriesLeft: 8, deaths: 1 })
  t.match(settle({ retriesLeft: 8 }, died, 1, policy), { kind: 'retry', retriesLeft: 7, deaths: 2 })
  t.match(settle({ retriesLeft: 7 }, died, 2, policy), {
    kind: 'fail',
    status: 'failed',
    text: /^why\nIt has ended 3 executors, and is not tried again although it has retries left\.$/,
    certificate,
  })
  t.match(settle({}, died, 0, policy), { kind: 'fail', text: /^why$/, certificate })
  t.match(settle({ retriesLeft: 7 }, raised, 2, policy), { kind: 'retry', deaths: undefined })
  t.end()
})

void t.test('the first interval serves all retries beyond the list', (t) => {
  const waits = (retries: number, intervals: number[]): number[] =>
    Array.from({ length: retries }, (_, i) => retryDelaySec(retries - i, intervals))
  t.strictSame(waits(3, [10, 20]), [10, 10, 20])
  t.strictSame(waits(2, [10, 20]), [10, 20])
  t.strictSame(waits(1, [10, 20]), [20])
  t.strictSame(waits(3, [7]), [7, 7, 7])
  t.strictSame(waits(2, []), [0, 0])
  t.strictSame(waits(2, [-5, 3]), [0, 3])
  t.end()
})

void t.test('J20: a job that went well runs again while it has repeats left, and one that failed does not', (t) => {
  const returned: Outcome = { kind: 'returned', value: null }
  const job = { repeatsLeft: 2, repeatIntervalsSec: [0, 30], ttlSec: 9 }
  t.match(settle(job, returned, 0, policy), { kind: 'finish', repeat: { repeatsLeft: 1, delaySec: 30, ttlSec: 9 } })
  t.match(settle({ repeatsLeft: 1 }, returned, 0, policy), { repeat: { repeatsLeft: 0, delaySec: 0, ttlSec: 0 } })
  t.notOk('repeat' in settle({ ...job, repeatsLeft: 0 }, returned, 0, policy))
  t.match(settle(job, raised, 0, policy), { kind: 'fail' })
  t.end()
})

void t.test('the intervals of a repeat are used up from the end of the list', (t) => {
  const waits = (times: number, ...intervals: number[]): number[] =>
    Array.from({ length: times }, (_, spent) => repeatDelaySec(times - spent, intervals))
  t.strictSame(waits(2, 0, 30), [30, 0])
  t.strictSame(waits(3, 5, 3000), [3000, 3000, 5])
  t.strictSame(waits(2, 7), [7, 7])
  t.strictSame(waits(2), [0, 0])
  t.end()
})
