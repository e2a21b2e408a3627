import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { MalformedJobError } from '../../../src/errors.js'
import { encodeJobHash, type JobHash, parseJobHash, parseJobHashLeniently } from '../../../src/job/hash.js'
import { jobStatuses } from '../../../src/job/status.js'
import { goldenJobs, goldenNames, loadGolden } from '../../helpers/golden.js'
import { generator } from '../serial/support/random.js'

/** Fields that older lines did not write, and every newer one does even if empty. */
const alwaysFields = ['stopped_callback_name', 'group_id', 'created_at', 'started_at', 'ended_at', 'last_heartbeat']

void t.test('every captured hash parses and encodes to the same fields', (t) => {
  let seen = 0
  for (const name of goldenNames()) {
    for (const [id, fields] of goldenJobs(loadGolden(name))) {
      const hash = parseJobHash(id, fields)
      t.ok(hash.data !== undefined && hash.origin !== undefined && hash.status !== undefined, `${name}, ${id}`)
      const encoded = asBuffers(encodeJobHash(hash))
      for (const [field, value] of encoded) {
        if (!fields.has(field) && value.length === 0 && alwaysFields.includes(field)) continue
        t.equal(value.toString('latin1'), fields.get(field)?.toString('latin1'), `${name}, ${id}, ${field}`)
      }
      for (const field of fields.keys()) t.ok(encoded.has(field), `${name}, ${id}: ${field} is kept`)
      deepStrictEqual(parseJobHash(id, encoded), hash)
      seen++
    }
  }
  t.ok(seen > 45, `${seen} hashes`)
  t.end()
})

void t.test('a hash with every option has every type', (t) => {
  const hash = parseJobHash('opt-1', goldenJobs(loadGolden('2.10--enqueue-all-options')).get('opt-1')!)
  t.match(hash, {
    origin: 'default',
    description: 'desc é',
    timeoutSec: 300,
    resultTtlSec: -1,
    failureTtlSec: 3600,
    ttlSec: 7200,
    status: 'queued',
    retriesLeft: 3,
    retryIntervalsSec: [10, 20],
    enqueueAtFrontOnRetry: true,
    repeatsLeft: 2,
    repeatIntervalsSec: [5, 7],
    successCallbackName: 'wirefuncs.on_success',
    successCallbackTimeoutSec: 60,
    webhooks: [
      { url: 'http://127.0.0.1:1/hook', jobStatus: 'finished', method: 'POST', headers: { A: 'b' }, timeoutSec: 10 },
    ],
    workerName: undefined,
    startedAtMs: undefined,
  })
  t.equal(Math.floor(hash.createdAtMs! / 1000), Date.UTC(2026, 10, 23, 9, 0, 3) / 1000)
  t.end()
})

function parse(fields: Record<string, string | Buffer>): JobHash {
  return parseJobHash('j', new Map(Object.entries(fields).map(([name, value]) => [name, Buffer.from(value as string)])))
}

void t.test('the empty hash has nothing set', (t) => {
  const hash = parse({})
  t.equal(hash.status, undefined)
  t.equal(hash.data, undefined)
  t.strictSame(hash.dependencyIds, [])
  t.equal(encodeJobHash(hash).get('created_at'), '')
  t.notOk(encodeJobHash(hash).has('status'))
  t.end()
})

void t.test('empty text is unset where Python takes it so, and an error where it does not', (t) => {
  for (const field of [
    'timeout',
    'result_ttl',
    'failure_ttl',
    'ttl',
    'retries_left',
    'number_of_retries',
    'repeats_left',
    'rate_limit_concurrency',
    'allow_dependency_failures',
    'enqueue_at_front_on_retry',
    'created_at',
    'status',
    'dependency_ids',
    'retry_intervals',
    'meta',
    'webhooks',
  ]) {
    t.same(encodeJobHash(parse({ [field]: '' })), encodeJobHash(parse({})), field)
  }
  for (const field of [
    'enqueue_at_front',
    'success_callback_timeout',
    'failure_callback_timeout',
    'stopped_callback_timeout',
  ]) {
    t.throws(() => parse({ [field]: '' }), {
      code: 'RQD_MALFORMED_JOB',
      field,
      message: /found "", expected an integer/,
    })
  }
  t.end()
})

void t.test('integers are read as Python reads them', (t) => {
  t.equal(parse({ timeout: ' +1_000 ' }).timeoutSec, 1000)
  t.equal(parse({ timeout: '-1' }).timeoutSec, -1)
  t.equal(parse({ allow_dependency_failures: '2' }).allowDependencyFailures, true)
  t.equal(parse({ enqueue_at_front: '0' }).enqueueAtFront, false)
  for (const bad of ['5m', '1.5', '1e3', '0x10', '--1', '_1', '99999999999999999999']) {
    t.throws(() => parse({ timeout: bad }), {
      field: 'timeout',
      message: `job "j", field timeout: found ${JSON.stringify(bad)}, expected an integer`,
    })
  }
  t.end()
})

void t.test('what would make a Python worker quit is a MalformedJobError naming job and field', (t) => {
  const cases: readonly (readonly [string, string | Buffer])[] = [
    ['created_at', '2026-11-23T08:31:26+00:00'],
    ['started_at', 'yesterday'],
    ['status', 'Queued'],
    ['dependency_ids', '{"a": 1}'],
    ['dependency_ids', '["a", 1]'],
    ['dependency_ids', 'a,b'],
    ['retry_intervals', '["x"]'],
    ['repeat_intervals', '5'],
    ['description', Buffer.from([0xff])],
    ['origin', Buffer.from([0x61, 0xc3])],
    ['worker_name', Buffer.from([0xed, 0xa0, 0x80])],
  ]
  for (const [field, value] of cases) {
    t.throws(() => parse({ [field]: value }), {
      code: 'RQD_MALFORMED_JOB',
      field,
      message: new RegExp(`^job "j", field ${field}: found ".*", expected `),
    })
  }
  t.end()
})

void t.test('dependencies come from the list, or from the single one of old', (t) => {
  t.strictSame(parse({ dependency_ids: '["a", "b"]', dependency_id: 'x' }).dependencyIds, ['a', 'b'])
  t.strictSame(parse({ dependency_id: 'x' }).dependencyIds, ['x'])
  const fields = encodeJobHash(parse({ dependency_ids: '["a", "b"]' }))
  t.equal(fields.get('dependency_ids'), '["a", "b"]')
  t.equal(fields.get('dependency_id'), 'a')
  t.end()
})

void t.test('unknown fields and unreadable webhooks survive', (t) => {
  for (const webhooks of [
    'nonsense',
    '{}',
    '[1]',
    '[{"url": "x"}]',
    '[{"url":"x","job_status":"done","method":"GET","timeout":1}]',
  ]) {
    const hash = parse({ webhooks, custom: Buffer.from([0, 255]) })
    t.strictSame(hash.webhooks, [])
    const fields = asBuffers(encodeJobHash(hash))
    t.equal(fields.get('webhooks')?.toString(), webhooks)
    t.equal(fields.get('custom')?.toString('hex'), '00ff')
  }
  t.end()
})

void t.test('a viewer gets what can be read, and the problems', (t) => {
  const fields = new Map([['status', 'nope'], ['timeout', 'x'], ['origin', 'q']].map(([k, v]) => [k!, Buffer.from(v!)] as const)) // prettier-ignore
  const { hash, problems } = parseJobHashLeniently('j', fields)
  t.equal(hash.origin, 'q')
  t.equal(hash.status, undefined)
  t.strictSame(problems.map((problem) => problem.field).sort(), ['status', 'timeout'])
  t.end()
})

void t.test('property: any hash comes back', (t) => {
  const text = fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined })
  const int = fc.option(fc.integer(), { nil: undefined })
  const time = fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined })
  const bytes = fc.option(
    fc.uint8Array({ minLength: 1 }).map((array) => Buffer.from(array)),
    { nil: undefined },
  )
  const flag = fc.option(fc.boolean(), { nil: undefined })
  const seconds = fc.option(fc.array(fc.nat()), { nil: undefined })
  const hook = fc.record(
    {
      url: fc.webUrl(),
      jobStatus: fc.constantFrom('finished' as const, 'failed' as const),
      method: fc.constantFrom('GET' as const, 'POST' as const),
      headers: fc.option(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true })),
      timeoutSec: fc.nat(),
    },
    { noNullPrototype: true },
  )
  const hashes = fc.record({
    id: fc.constant('j'), createdAtMs: time, data: bytes, origin: text, description: text, status: fc.option(fc.constantFrom(...jobStatuses), { nil: undefined }),
    enqueuedAtMs: time, startedAtMs: time, endedAtMs: time, lastHeartbeatMs: time, workerName: text, groupId: text, timeoutSec: int, resultTtlSec: int,
    failureTtlSec: int, ttlSec: fc.option(fc.integer({ min: 1 }), { nil: undefined }), successCallbackName: text, failureCallbackName: text, stoppedCallbackName: text,
    successCallbackTimeoutSec: int, failureCallbackTimeoutSec: int, stoppedCallbackTimeoutSec: int, dependencyIds: fc.array(fc.string({ minLength: 1 })),
    allowDependencyFailures: flag, enqueueAtFront: flag, meta: bytes, retriesLeft: int, retryIntervalsSec: seconds, enqueueAtFrontOnRetry: flag,
    numberOfRetries: int, repeatsLeft: int, repeatIntervalsSec: seconds, webhooks: fc.array(hook, { maxLength: 2 }), rateLimitKey: text, rateLimitConcurrency: int,
    result: bytes, excInfo: bytes,
    extra: fc.array(fc.tuple(fc.string({ minLength: 1 }).map((name) => `x-${name}`), fc.uint8Array().map((array) => Buffer.from(array)))).map((pairs) => new Map(pairs)),
  }, { noNullPrototype: true }) // prettier-ignore
  fc.assert(
    fc.property(hashes, (hash) => deepStrictEqual(parseJobHash('j', asBuffers(encodeJobHash(hash))), hash)),
    { numRuns: 300, seed: 7 },
  )
  t.pass('it holds')
  t.end()
})

void t.test('10,000 mutated hashes parse or are MalformedJobErrors', (t) => {
  const random = generator(7)
  const seeds = goldenNames().flatMap((name) => [...goldenJobs(loadGolden(name)).values()])
  for (let i = 0; i < 10_000; i++) {
    const fields = new Map(seeds[random(seeds.length)])
    const names = [...fields.keys()]
    for (let changes = 1 + random(3); changes > 0; changes--) {
      const value = Buffer.from(fields.get(names[random(names.length)]!)!)
      if (value.length > 0) value[random(value.length)] = random(256)
      fields.set(names[random(names.length)]!, value)
    }
    parseJobHashLeniently('j', fields)
    try {
      encodeJobHash(parseJobHash('j', fields))
    } catch (error) {
      if (!(error instanceof MalformedJobError)) t.fail(String(error))
    }
  }
  t.pass('all ended')
  t.end()
})

void t.test('a hash of any number of unknown fields is read in one go (C12)', (t) => {
  const fields = new Map([['data', Buffer.from('[]')]])
  for (let i = 0; i < 200_000; i++) fields.set(`unknown-${i}`, Buffer.from('1'))
  const { hash, problems } = parseJobHashLeniently('j', fields)
  t.equal(hash.extra.size, 200_000)
  t.same(problems, [])
  t.end()
})

function asBuffers(fields: ReadonlyMap<string, string | Uint8Array>): Map<string, Buffer> {
  return new Map([...fields].map(([name, value]) => [name, Buffer.from(value as string)]))
}
