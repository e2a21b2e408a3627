import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { Decimal, Queue, Tuple } from '../../../src/index.js'
import { deflate } from '../../../src/job/compress.js'
import { encodeResult } from '../../../src/job/result.js'
import { createKeys } from '../../../src/redis/keys.js'
import { writePickle } from '../../../src/serial/pickle/writer.js'
import { startBothWays } from './both-ways.js'

const keys = createKeys()

t.test('C7 P4: everything of a job, through the daemon and straight', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const { client } = redis
  const queue = new Queue('q', { connection: client })
  const parent = await queue.enqueueCall({ func: 'a.parent', jobId: 'parent' })
  await queue.enqueueCall({
    func: 'mail.send',
    args: [1, { to: 'x' }, 9007199254740993n],
    kwargs: { urgent: true },
    jobId: 'child',
    dependsOn: parent,
    meta: { by: 'me' },
    retry: { max: 3, interval: [10, 20] },
    ttl: 90,
    onSuccess: 'a.done',
  })
  for (const [name, run] of Object.entries(ways)) {
    const { code, stdout } = await run(['job', 'child', '--json'])
    t.equal(code, 0, name)
    t.match(JSON.parse(stdout), {
      id: 'child',
      status: 'deferred',
      queue: 'q',
      func: 'mail.send',
      args: [1, { to: 'x' }, { $int: '9007199254740993' }],
      kwargs: { urgent: true },
      serializer: 'json',
      meta: { by: 'me' },
      dependsOn: ['parent'],
      retriesLeft: 3,
      ttlSec: 90,
      callbacks: { success: 'a.done', failure: null },
      places: [{ place: 'deferred', queue: 'q', at: /Z$/ }],
      results: [],
      problems: [],
    })
    const both = JSON.parse((await run(['job', 'parent', 'child', '--json'])).stdout) as unknown
    t.match(both, [
      { id: 'parent', dependents: ['child'], dependentCount: 1, places: [{ place: 'queued', before: 0 }] },
      {},
    ])
    const text = (await run(['job', 'child'])).stdout
    t.match(text, /^child: deferred, queue q\n/)
    t.match(text, /^ {2}arguments +1\n +\{"to":"x"\}\n +\{"\$int":"9007199254740993"\}\n +urgent=true\n/m)
    t.match(text, /^ {2}retries +3 left, after 10s, /m)
    t.match(text, /^ {2}depends on +parent$/m)
    t.match(text, /^ {2}is +among the deferred jobs, since /m)
    t.match(await run(['job', 'nope', 'parent']), { code: 1, stdout: /^parent: queued/, stderr: /No such job: "nope"/ })
    t.match(await run(['job', 'nope', '--json']), { code: 1, stdout: 'null\n' })
    t.equal((await run(['job', 'child', '--format', '{id} {callbacks.success}'])).stdout, 'child a.done\n')
  }
})

t.test('C7: failures with their certificate, results, and what Python wrote', async (t) => {
  const { redis, run } = await startBothWays(t)
  const { client } = redis
  const data = deflate(
    writePickle(Tuple.wrap(['m.f', null, Tuple.wrap([new Decimal('1.5'), new Uint8Array([0])]), {}])),
  )
  await client.hset(keys.job('j'), {
    status: 'failed',
    origin: 'q',
    data: Buffer.from(data),
    created_at: '2026-11-23T08:31:26Z',
  })
  const times = { workerName: 'w', executionId: 'e', executionStartedAtMs: 1e12, executionEndedAtMs: 1e12 }
  await client.xadd(keys.results('j'), '1-0', ...encodeResult({ type: 1, returnValue: Buffer.from('[1,2]'), ...times }))
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`)
  const excString = ['Work-horse died', ...lines].join('\n')
  const certificate = {
    cause: 'signal',
    signal: 'SIGKILL',
    exitCode: null,
    pid: 7,
    peakRssBytes: null,
    cpuSec: null,
    runSec: 1,
    output: ['last'],
  }
  const extra = ['rqd_certificate', JSON.stringify(certificate)]
  await client.xadd(keys.results('j'), '2-0', ...encodeResult({ type: 2, excString, ...times }), ...extra)
  const document = JSON.parse((await run(['job', 'j', '--json'])).stdout) as object
  t.match(document, {
    args: [{ $python: 'decimal.Decimal', text: '1.5' }, { $bytes: 'AA==' }],
    serializer: 'pickle',
    excInfo: excString,
    results: [
      { type: 'failed', excInfo: excString, certificate: { cause: 'signal', signal: 'SIGKILL' }, worker: 'w' },
      { type: 'successful', value: [1, 2] },
    ],
  })
  const short = (await run(['job', 'j'])).stdout
  t.match(short, /^failed, \S+, by w\n {2}Work-horse died\n {2}… 28 lines: --traceback shows all\n {2}line 28\n/m)
  t.match((await run(['job', 'j', '--traceback'])).stdout, /line 5\n/)
  for (const columns of [80, 200]) {
    const { stdout } = await run(['job', 'j'], { columns })
    for (const line of stripVTControlCharacters(stdout).split('\n')) t.ok(line.length <= columns, line)
  }
})

t.test('C12: what cannot be read is told and hides nothing else', async (t) => {
  const { redis, run } = await startBothWays(t)
  const { client } = redis
  const show = async (id: string): Promise<unknown> => JSON.parse((await run(['job', id, '--json'])).stdout)
  await client.hset(keys.job('odd'), {
    data: 'rubbish',
    created_at: 'never',
    timeout: 'x',
    origin: 'q\x1b[2J',
    status: 'dancing',
  })
  await client.set(keys.results('odd'), 'text')
  t.match(await show('odd'), {
    status: null,
    func: null,
    problems: [/created_at/, /timeout/, /status/, /neither zlib, pickle nor JSON/],
    results: [{ type: null, problem: /WRONGTYPE/ }],
  })
  t.notMatch((await run(['job', 'odd'])).stdout, '\x1b')
  await client.hset(keys.job('large'), { data: Buffer.alloc(2 * 1024 * 1024), status: 'queued' })
  t.match(await show('large'), {
    payloadBytes: 2 * 1024 * 1024,
    problems: ['field data has 2097152 bytes, too many to be looked at'],
  })
  const bomb = deflate(Buffer.from(JSON.stringify(['a.b', null, ['x'.repeat(900_000)], {}])))
  await client.hset(keys.job('bomb'), { data: Buffer.from(bomb), status: 'queued' })
  t.match(await show('bomb'), { func: null, problems: [/larger than the 262144 bytes allowed/] })
  await client.hset(keys.job('bare'), { status: 'queued', origin: 'q' })
  t.match(await show('bare'), { problems: [/has no data/] })
  await client.set(keys.job('text'), 'x')
  t.match(await run(['job', 'text']), { code: 1, stderr: /could not read the job "text": WRONGTYPE/ })
})
