import t from 'tap'
import { explainJob, pauseEverywhere, Queue, resumeEverywhere, suspend } from '../../../src/index.js'
import { causes, type Cause } from '../../../src/explain/causes.js'
import { explainStored } from '../../../src/explain/explain-job.js'
import type { Explanation } from '../../../src/explain/explanation.js'
import { formatIso } from '../../../src/job/time.js'
import { Factory, workerFields } from '../../helpers/factory.js'
import { loadGolden, restoreGolden } from '../../helpers/golden.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

// One fixture per cause, made by our own library and scripts, or left by real Python RQ (test/golden). Real daemons and
// Python workers are in test/integration/explain.test.ts.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const connection = client
const queue = new Queue('q', { connection })
t.beforeEach(() => client.flushall())

const causesOf = ({ verdicts }: Explanation): Cause[] => verdicts.map(({ cause }) => cause)
const valueOf = ({ verdicts }: Explanation, name: string): unknown =>
  verdicts.flatMap(({ evidence }) => evidence).find((fact) => fact.name === name)?.value

/** So many seconds from now. */
const inSec = async (sec: number): Promise<number> => Number((await client.time())[0]) + sec
const ago = (sec: number): string => formatIso(Date.now() - sec * 1000)
/** An idle worker of Python RQ on these queues. */
async function pythonWorker(fields: Record<string, string> = {}, queues = ['q'], name = 'py'): Promise<void> {
  const { rqd_supervisor: _, ...plain } = workerFields('', queues)
  await client.hset(keys.worker(name), { ...plain, hostname: 'box', ...fields })
  await client.sadd(keys.workers, keys.worker(name))
  for (const each of queues) await client.sadd(keys.queueWorkers(each), keys.worker(name))
}
const loseLease = (): Promise<unknown> => client.zadd(keys.supervisors, 1, 'sup')
const golden = (name: string): Promise<void> => restoreGolden(client, loadGolden(name))

type Fixture = {
  /** The causes that are to be found, in order. */
  readonly finds: readonly Cause[]
  /** @returns the id of the job, `job` if left out */
  readonly make: () => Promise<unknown>
  /** Evidence that has to be there. */
  readonly evidence?: Readonly<Record<string, unknown>>
  /** What the next step has to say. */
  readonly next?: RegExp | null
}

const fixtures: Record<string, Fixture> = {
  'an id that was never enqueued': { finds: ['missing'], make: () => Promise.resolve('nope'), next: /check the id/ },
  'a finished job that has expired': {
    finds: ['gone'],
    make: async () => {
      await make.finish([await make.running()])
      await client.pexpire(keys.job('job'), 1)
      await waitFor('the job to expire', async () => (await client.exists(keys.job('job'))) === 0)
    },
    evidence: { foundIn: 'finished q', results: 1 },
  },
  'a job whose ttl ran out on its queue': {
    finds: ['gone-in-place'],
    make: async () => {
      await make.enqueue('job', { ttlSec: 60 })
      await client.pexpire(keys.job('job'), 1)
      await waitFor('the job to expire', async () => (await client.exists(keys.job('job'))) === 0)
    },
    evidence: { foundIn: 'queue q' },
  },
  'a key that holds a text': {
    finds: ['not-a-job'],
    make: async () => {
      await client.set(keys.job('job'), 'x')
    },
    evidence: { keyType: 'string' },
  },
  'a hash without data': {
    finds: ['no-data', 'next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job')
      await client.hdel(keys.job('job'), 'data')
    },
  },
  'a timeout that is no number': {
    finds: ['unreadable-field', 'next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job', { fields: { timeout: '5m' } })
    },
    next: /^set the field right, or remove it: redis-cli HDEL rq:job:job timeout$/,
  },
  'a status that RQ does not know': {
    finds: ['unreadable-field', 'next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job', { fields: { status: 'waiting' } })
    },
  },
  'data that nobody can read': {
    finds: ['undecodable', 'next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job', { fields: { data: 'garbage' } })
    },
    evidence: { dataBytes: 7 },
  },
  'a bound method of a Python object': {
    finds: ['undecodable', 'no-worker'],
    make: async () => {
      await golden('2.10--enqueue-bound-method')
      const [id = ''] = await client.lrange('rq:queue:default', 0, 0)
      return id
    },
  },
  'suspended workers, nobody listening, and 1200 jobs before it': {
    finds: ['suspended', 'no-worker', 'behind-others'],
    make: async () => {
      await client.rpush(keys.queue('q'), ...Array.from({ length: 1_200 }, (_, i) => `other-${i}`))
      await make.enqueue('job')
      await suspend({ connection, duration: 60 })
    },
    evidence: { ahead: 1_200, position: 1_201, queueLength: 1_201 },
    next: /^rqctl resume --all$/,
  },
  'suspended workers and nothing else': {
    finds: ['suspended'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job')
      await suspend({ connection })
    },
    evidence: { suspendedUntil: null },
  },
  'nobody listening, one worker on another queue, and one whose daemon is dead': {
    finds: ['no-worker'],
    make: async () => {
      await make.register('sup', { workers: 1 })
      await loseLease()
      await pythonWorker({}, ['high'])
      await make.enqueue('job')
    },
    evidence: { 'worker:py': 'high', 'dead:sup.1': '2026-11-23T08:31:26.251Z' },
    next: /^start one: rqd q$/,
  },
  'the only worker busy with another job': {
    finds: ['workers-busy'],
    make: async () => {
      await make.register('sup', { workers: 1 })
      await make.enqueue('other')
      await make.start(await make.claim())
      await make.enqueue('job')
    },
    evidence: { 'worker:sup.1': 'other' },
  },
  'more urgent queues': {
    finds: ['outranked'],
    make: async () => {
      await pythonWorker({}, ['high', 'q'])
      await make.enqueue(['a', 'b', 'c'], { queue: 'high' })
      await make.enqueue('job')
    },
    evidence: { 'queue:high': 3 },
  },
  'an id that is on its queue twice': {
    finds: ['duplicated', 'next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue(['job', 'other'])
      await client.rpush(keys.queue('q'), 'job')
    },
    next: /redis-cli LREM rq:queue:q -1 job/,
  },
  'a ttl that runs out before its turn': {
    finds: ['expires-first', 'behind-others'],
    make: async () => {
      await pythonWorker({ successful_job_count: '9', failed_job_count: '1', total_working_time: '1000' })
      await make.enqueue(['a', 'b', 'c'])
      await make.enqueue('job', { ttlSec: 200 })
    },
    evidence: { etaSec: 300, ttlSec: 200, meanJobSec: 100 },
    next: /redis-cli PERSIST rq:job:job/,
  },
  'a ttl that runs out while nobody listens': {
    finds: ['no-worker', 'expires-first'],
    make: async () => {
      await make.enqueue('job', { ttlSec: 200 })
    },
  },
  'jobs before it and a free worker': {
    finds: ['behind-others'],
    make: async () => {
      await pythonWorker()
      await make.enqueue(['a', 'b', 'c', 'job', 'd'])
    },
    evidence: { ahead: 3, position: 4, queueLength: 5, workers: 1 },
  },
  'the front of its queue and a free worker': {
    finds: ['next-in-line'],
    make: async () => {
      await pythonWorker()
      await make.enqueue('job')
    },
    evidence: { 'worker:py': 'idle' },
  },
  'a hash without origin and status, as the barest producers write it': {
    finds: ['next-in-line'],
    make: async () => {
      await pythonWorker()
      await client.hset(keys.job('job'), 'data', '["tasks.add", null, [1, 2], {}]')
      await client.rpush(keys.queue('q'), 'job')
      await client.sadd(keys.queues, keys.queue('q'))
    },
  },
  'an id on a queue that is not its own': {
    finds: ['behind-others'],
    make: async () => {
      await pythonWorker({}, ['low'])
      await make.enqueue('other', { queue: 'low' })
      await make.enqueue('job')
      await client.rpoplpush(keys.queue('q'), keys.queue('low'))
      await client.lpush(keys.queue('low'), 'other')
      await client.lrem(keys.queue('low'), -1, 'other')
    },
  },
  'a job that was claimed and has not begun': {
    finds: ['claimed'],
    make: async () => {
      await make.held()
    },
    evidence: { host: 'box', pid: '42' },
    next: null,
  },
  'a claimed job whose id has characters that JSON escapes': {
    finds: ['claimed'],
    make: async () => {
      await make.held('a/"b"\\')
      return 'a/"b"\\'
    },
  },
  'a claimed job whose daemon is dead': {
    finds: ['held-by-dead'],
    make: async () => {
      await make.held()
      await loseLease()
    },
    evidence: { livingDaemons: 0 },
    next: /^start one: rqd q$/,
  },
  'a started job whose daemon is dead, while another lives': {
    finds: ['held-by-dead'],
    make: async () => {
      await make.running()
      await make.register('alive', { workers: 1 })
      await loseLease()
    },
    evidence: { livingDaemons: 1 },
    next: null,
  },
  'a job on the intermediate list, left by RQ 2.10': {
    finds: ['intermediate'],
    make: async () => {
      await golden('2.10--intermediate')
      return 'mid-1'
    },
  },
  'a queued job that is on no list': {
    finds: ['orphaned'],
    make: async () => {
      await make.enqueue('job')
      await client.del(keys.queue('q'))
    },
    next: /redis-cli RPUSH rq:queue:q job$/,
  },
  'a started job that nobody holds or shows as running': {
    finds: ['orphaned'],
    make: async () => {
      const claim = await make.running()
      await client.del(keys.claims('sup'), keys.started('q'), keys.executions('job'))
      t.ok(claim.execution)
    },
  },
  'a job that was saved only': {
    finds: ['created'],
    make: async () => {
      await make.enqueue('job', { fields: { status: 'created' } })
      await client.del(keys.queue('q'))
    },
  },
  'a job that waits for a slot of RQ 3': {
    finds: ['rate-limited'],
    make: async () => {
      await golden('3.0dev--rate-limited')
      return 'rl-2'
    },
    evidence: { concurrency: 1, holder: 'rl-1' },
    next: /rqctl explain rl-1$/,
  },
  'a job that RQ 3 was about to queue': {
    finds: ['ready'],
    make: async () => {
      await golden('3.0dev--ready-to-enqueue')
      return 'r-child'
    },
    next: /redis-cli RPUSH rq:queue:default r-child$/,
  },
  'a dependency that waits': {
    finds: ['dependency-unfinished'],
    make: async () => {
      const parent = await queue.enqueue('tasks.first')
      const { id } = await queue.with({ dependsOn: parent }).enqueue('tasks.second')
      return id
    },
    evidence: { dependencies: 1 },
    next: /^see what that job does: rqctl explain /,
  },
  'dependencies of RQ 2.10 that wait': {
    finds: ['dependency-unfinished'],
    make: async () => {
      await golden('2.10--deferred')
      return 'child-1'
    },
  },
  'a dependency that has failed, and one that waits': {
    finds: ['dependency-failed', 'dependency-unfinished'],
    make: async () => {
      await make.enqueue('bad')
      await make.register()
      const claims = await make.claim()
      const waits = await queue.enqueue('tasks.first')
      const { id } = await queue.with({ dependsOn: ['bad', waits] }).enqueue('tasks.second')
      await make.fail(claims)
      return id
    },
    evidence: { 'dependency:bad': 'failed', dependencies: 2 },
    next: /^run that job again: rqctl requeue --queue q bad$/,
  },
  'a dependency of RQ 2.10 that was canceled': {
    finds: ['dependency-failed'],
    make: async () => {
      await golden('2.10--canceled')
      return 'cancel-child'
    },
    next: /^run it without that job: redis-cli RPUSH /,
  },
  'a dependency that is gone': {
    finds: ['dependency-lost'],
    make: async () => {
      const parent = await queue.enqueue('tasks.first')
      const { id } = await queue.with({ dependsOn: parent }).enqueue('tasks.second')
      await parent.delete()
      return id
    },
    next: /redis-cli RPUSH rq:queue:q /,
  },
  'a dependency that finished and left it': {
    finds: ['dependency-lost'],
    make: async () => {
      await make.finish([await make.running('parent')])
      await make.enqueue('job', { fields: { status: 'deferred', dependency_ids: '["parent"]' } })
      await client.del(keys.queue('q'))
    },
    evidence: { 'dependency:parent': 'finished' },
  },
  'a job for later, and a scheduler that lives': {
    finds: ['scheduled'],
    make: async () => {
      await pythonWorker()
      await client.set(keys.schedulerLock('q'), '1234', 'EX', 60)
      return (await queue.enqueueIn('1h', 'tasks.add')).id
    },
    evidence: { scheduler: '1234' },
    next: null,
  },
  'a job for later, and nobody to queue or run it': {
    finds: ['scheduled', 'no-scheduler', 'no-worker'],
    make: async () => {
      await golden('2.10--scheduled')
      await client.zadd('rq:scheduled:default', await inSec(600), 'sched-1')
      return 'sched-1'
    },
  },
  'a job that is due, and no scheduler': {
    finds: ['no-scheduler'],
    make: async () => {
      await pythonWorker()
      const { id } = await queue.enqueueIn('1h', 'tasks.add')
      await client.zadd(keys.scheduled('q'), await inSec(-300), id)
      return id
    },
    next: /^start one: rqd --with-scheduler q$/,
  },
  'a job that is due, and a scheduler that stalls': {
    finds: ['overdue'],
    make: async () => {
      await pythonWorker()
      await client.set(keys.schedulerLock('q'), '1234', 'EX', 60)
      const { id } = await queue.enqueueIn('1h', 'tasks.add')
      await client.zadd(keys.scheduled('q'), await inSec(-300), id)
      return id
    },
    evidence: { scheduler: '1234' },
  },
  'a scheduled job that is not among the scheduled ones': {
    finds: ['orphaned', 'no-worker'],
    make: async () => {
      const { id } = await queue.enqueueIn('1h', 'tasks.add')
      await client.del(keys.scheduled('q'))
      return id
    },
  },
  'a retry that is planned': {
    finds: ['retry-planned'],
    make: async () => {
      await client.set(keys.schedulerLock('q'), '1234', 'EX', 60)
      await make.retry([await make.running()], { delaySec: 60, retriesLeft: 2 })
    },
    evidence: { retriesLeft: 2 },
  },
  'a repetition of RQ 2.10 that is planned': {
    finds: ['repeat-planned', 'no-scheduler', 'no-worker'],
    make: async () => {
      await golden('2.10--repeat')
      await client.zadd('rq:scheduled:default', await inSec(60), 'repeat-1')
      return 'repeat-1'
    },
  },
  'a job that runs': {
    finds: ['running'],
    make: async () => {
      await make.start([await make.held()], { startedAt: ago(3) })
    },
    evidence: { worker: 'sup.1', pid: 42 },
    next: /rqctl logs -f job$/,
  },
  'a job that runs although its limit has long passed': {
    finds: ['overrunning'],
    make: async () => {
      await make.start([await make.held()], { startedAt: ago(3_600) })
    },
    next: /^end it: rqctl stop-job job$/,
  },
  'a job that a worker of RQ 2.10 runs': {
    finds: ['running'],
    make: async () => {
      await golden('2.10--started-busy')
      await client.hset('rq:job:busy-1', 'started_at', ago(3))
      const [entry = ''] = await client.zrange('rq:wip:default', 0, '-1')
      await client.zadd('rq:wip:default', await inSec(60), entry)
      return 'busy-1'
    },
    evidence: { worker: 'wire-worker' },
    next: null,
  },
  'a job that a worker of RQ 1.13 runs': {
    finds: ['running'],
    make: async () => {
      await golden('1.13--started-busy')
      await client.hset('rq:job:busy-1', 'started_at', ago(3))
      await client.zadd('rq:wip:default', await inSec(60), 'busy-1')
      return 'busy-1'
    },
  },
  'a job whose Python worker is gone': {
    finds: ['abandoned'],
    make: async () => {
      await golden('2.10--started-busy')
      await client.del('rq:worker:wire-worker')
      const [entry = ''] = await client.zrange('rq:wip:default', 0, '-1')
      await client.zadd('rq:wip:default', await inSec(-5), entry)
      return 'busy-1'
    },
    evidence: { livingDaemons: 0, workerLastSeen: null },
    next: /^start one: rqd default$/,
  },
  'a job that RQ failed for an abandoned one': {
    finds: ['abandoned'],
    make: async () => {
      await golden('2.10--abandoned')
      return 'lost-1'
    },
    next: /rqctl requeue --queue default lost-1$/,
  },
  'the same by RQ 1.13, which writes it into the hash': {
    finds: ['abandoned'],
    make: async () => {
      await golden('1.13--abandoned')
      return 'lost-1'
    },
  },
  'a finished job': {
    finds: ['finished'],
    make: async () => {
      await make.finish([await make.running()])
    },
    evidence: { results: 1, worker: 'sup.1' },
    next: null,
  },
  'a job of RQ 2.10 that threw': {
    finds: ['failed'],
    make: async () => {
      await golden('2.10--failed')
      return 'fail-1'
    },
    evidence: { error: 'ValueError: boom é' },
    next: /^run it again: rqctl requeue --queue default fail-1$/,
  },
  'a job that RQ 2.10 stopped': {
    finds: ['stopped'],
    make: async () => {
      await golden('2.10--stopped')
      return 'stop-1'
    },
  },
  'a canceled job': {
    finds: ['canceled'],
    make: async () => {
      const job = await queue.enqueue('tasks.add')
      await job.cancel()
      return job.id
    },
    evidence: { isRunning: false },
  },
  'a canceled job that still lies on its queue': {
    finds: ['canceled', 'misplaced'],
    make: async () => {
      const job = await queue.enqueue('tasks.add')
      await job.cancel()
      await client.rpush(keys.queue('q'), job.id)
      return job.id
    },
  },
}

for (const [what, { finds, make: prepare, evidence = {}, next }] of Object.entries(fixtures)) {
  t.test(`C7 explain: ${what}`, async (t) => {
    const made = await prepare()
    const jobId = typeof made === 'string' ? made : 'job'
    const before = await client.dbsize()
    const explanation = await explainJob(jobId, { connection })
    t.strictSame(causesOf(explanation), finds, JSON.stringify(explanation, null, 2))
    for (const [name, value] of Object.entries(evidence)) t.equal(valueOf(explanation, name), value, name)
    const found = explanation.verdicts[0]?.next
    if (next === null) t.equal(found, null)
    else if (next !== undefined) t.match(found, next)
    t.equal(explanation.exists, (await client.type(keys.job(jobId))) === 'hash')
    t.equal(await client.dbsize(), before, 'it writes nothing')
  })
}

t.test('C7 explain: a queue is paused everywhere if nobody but our daemons serves it', async (t) => {
  await make.register('sup', { workers: 2 })
  await make.enqueue('job')
  for (const queues of [['q'], []]) {
    await pauseEverywhere(queues, { connection: client })
    const paused = await explainJob('job', { connection: client })
    t.strictSame(causesOf(paused), ['paused-everywhere'])
    t.equal(paused.verdicts[0]?.next, 'rqctl resume q --everywhere')
    await resumeEverywhere([], { connection: client })
  }
  await pauseEverywhere(['low'], { connection: client })
  t.strictSame(causesOf(await explainJob('job', { connection: client })), ['next-in-line'])
  await pauseEverywhere(['q'], { connection: client })
  await pythonWorker()
  t.strictSame(causesOf(await explainJob('job', { connection: client })), ['next-in-line'])
})

t.test('C7 explain: a queue is paused if nobody but the pausing daemon serves it', async (t) => {
  await make.register('sup', { workers: 2 })
  await make.enqueue('job')
  const pause = { queue: 'q', daemon: 'web', workers: ['sup.1', 'sup.2'] }
  const paused = await explainStored(make.store, 'job', { pauses: [pause] })
  t.strictSame(causesOf(paused), ['paused'])
  t.equal(valueOf(paused, 'pausedBy'), 'web')
  t.equal(paused.verdicts[0]?.next, 'rqctl resume q')
  t.strictSame(causesOf(await explainStored(make.store, 'job', { pauses: [{ ...pause, queue: 'low' }] })), [
    'next-in-line',
  ])
  await pythonWorker()
  t.strictSame(causesOf(await explainStored(make.store, 'job', { pauses: [pause] })), ['next-in-line'])
})

t.test('C7 explain: a daemon that does not decode finds out the format alone', async (t) => {
  await golden('2.10--enqueue-bound-method')
  const [id = ''] = await client.lrange('rq:queue:default', 0, 0)
  t.strictSame(causesOf(await explainStored(make.store, id, { decodes: false })), ['no-worker'])
  await client.hset(keys.job(id), 'data', 'garbage')
  t.strictSame(causesOf(await explainStored(make.store, id, { decodes: false })), ['undecodable', 'no-worker'])
})

t.test('every cause has a fixture here, a test of its own, or one with a real daemon', (t) => {
  const withDaemon: Cause[] = ['paused', 'paused-everywhere', 'died', 'timed-out', 'unknown-function']
  const here = Object.values(fixtures).flatMap(({ finds }) => finds[0] ?? [])
  const firsts = new Set<string>([...here, ...withDaemon])
  t.strictSame(
    Object.keys(causes).filter((cause) => !firsts.has(cause) && cause !== 'misplaced'),
    [],
  )
  t.end()
})

t.test('keys that hold something else stop no explanation', async (t) => {
  await make.enqueue('job')
  const strange = [
    keys.queueWorkers('q'),
    keys.supervisors,
    keys.schedulerLock('q'),
    keys.failed('q'),
    keys.intermediate('q'),
    keys.executions('job'),
    keys.results('job'),
  ]
  for (const key of strange) {
    await client.del(key)
    await client.hset(key, 'a', 'b')
  }
  t.strictSame(causesOf(await explainJob('job', { connection })), ['no-worker'])
  await client.del(keys.queue('q'))
  await client.set(keys.queue('q'), 'x')
  t.strictSame(causesOf(await explainJob('job', { connection })), ['orphaned'])
})
