import t from 'tap'
import { Queue, Worker } from '../../src/index.js'
import { dump } from '../helpers/dump.js'
import { Factory } from '../helpers/factory.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'

// J7, J18, W8, P4: Python RQ and we see the same queues, registries and workers, and leave the same keys.

const redis = await startRedis(t)
const { client } = redis
const make = new Factory(client)
const { keys } = make
const options = { connection: client }
const queue = new Queue('q', options)
const skip = { skip: withoutPythonRq }
t.beforeEach(async () => {
  await client.flushall()
})

/** What there is to see: kinds of registries with their ids and times (epoch seconds), and the queue itself. */
interface Seen {
  readonly queues: string[]
  readonly count: number
  readonly empty: boolean
  readonly ids: string[]
  readonly part: string[]
  readonly jobs: string[]
  readonly positions: (number | null)[]
  readonly found: (string | null)[]
  readonly registries: Record<string, { count: number; ids: string[]; times: number[]; has: boolean[] }>
}

const asked = ['w1', 'w2', 'never', 'elsewhere', 'ok']

const preamble = `
import calendar
from rq import registry as registries
q = Queue('q', connection=redis, serializer=JSONSerializer)
def fetch(id): return Job.fetch(id, connection=redis, serializer=JSONSerializer)
kinds = {'started': registries.StartedJobRegistry, 'finished': registries.FinishedJobRegistry,
  'failed': registries.FailedJobRegistry, 'deferred': registries.DeferredJobRegistry,
  'scheduled': registries.ScheduledJobRegistry, 'canceled': registries.CanceledJobRegistry}
`

async function pythonSees(): Promise<Seen> {
  return python<Seen>(
    redis,
    `${preamble}
asked = json.loads('${JSON.stringify(asked)}')
def see(kind):
  r = kinds[kind](queue=q)
  ids = r.get_job_ids()
  times = [] if kind == 'started' else [calendar.timegm(r.get_expiration_time(fetch(id)).utctimetuple()) for id in ids]
  return {'count': r.count, 'ids': [id.split(':')[0] for id in ids], 'times': times, 'has': [id in r for id in asked]}
print(json.dumps({
  'queues': sorted(one.name for one in Queue.all(connection=redis)),
  'count': q.count, 'empty': q.is_empty(), 'ids': q.job_ids, 'part': q.get_job_ids(1, 2),
  'jobs': [job.id for job in q.jobs], 'positions': [q.get_job_position(id) for id in asked],
  'found': [job.id if job else None for job in map(q.fetch_job, asked)],
  'registries': {kind: see(kind) for kind in kinds}}))`,
  )
}

async function weSee(): Promise<Seen> {
  const found = await Promise.all(asked.map((id) => queue.fetchJob(id)))
  const positions = await Promise.all(asked.map((id) => queue.getJobPosition(id)))
  const kinds = ['started', 'finished', 'failed', 'deferred', 'scheduled', 'canceled'] as const
  const registries: Seen['registries'] = {}
  for (const kind of kinds) {
    const registry = queue[`${kind}JobRegistry`]
    const ids = await registry.jobIds()
    const dates = kind === 'started' ? [] : await Promise.all(ids.map((id) => registry.getExpirationTime(id)))
    registries[kind] = {
      count: await registry.count(),
      ids,
      times: dates.map((date) => date!.getTime() / 1000),
      has: await Promise.all(asked.map((id) => registry.contains(id))),
    }
  }
  return {
    queues: (await Queue.all(options)).map(({ name }) => name),
    count: await queue.count(),
    empty: await queue.isEmpty(),
    ids: await queue.jobIds(),
    part: await queue.jobIds(1, 2),
    jobs: (await queue.jobs()).map(({ id }) => id),
    positions: positions.map((position) => position ?? null),
    found: found.map((job) => job?.id ?? null),
    registries,
  }
}

t.test('J7 J18 P4 what Python has put there, we read as Python does', skip, async (t) => {
  const enqueue = `q.enqueue('operator.add', 1, 2, job_id=`
  await python(
    redis,
    `${preamble}
${enqueue}'ok')
q.enqueue('operator.truediv', 1, 0, job_id='bad')
print('null')`,
  )
  const { code, stderr } = await rq(redis, ['worker', '--burst', '-S', 'rq.serializers.JSONSerializer', 'q'])
  t.equal(code, 0, stderr)
  await python(
    redis,
    `${preamble}
from datetime import datetime, timezone
for id in ['w1', 'w2', 'w3']: ${enqueue}id)
q.enqueue('operator.add', 1, 2, job_id='child', depends_on='w1')
q.enqueue_at(datetime(2040, 1, 1, tzinfo=timezone.utc), 'operator.add', 1, 2, job_id='later')
${enqueue}'stop').cancel()
kinds['started'](queue=q).add(${enqueue}'runs'), 90)
q.remove('runs')
Queue('other', connection=redis, serializer=JSONSerializer).enqueue('operator.add', 1, 2, job_id='elsewhere')
print('null')`,
  )
  const ours = await weSee()
  t.strictSame(ours, await pythonSees())
  t.strictSame(ours.ids, ['w1', 'w2', 'w3'])
  t.match(ours.registries, {
    started: { ids: ['runs'] },
    finished: { ids: ['ok'] },
    failed: { ids: ['bad'] },
    deferred: { ids: ['child'] },
    scheduled: { ids: ['later'], times: [Date.UTC(2040, 0) / 1000] },
    canceled: { ids: ['stop'] },
  })
})

t.test('J7 J18 P4 what we have put there, Python reads as we do', skip, async (t) => {
  await make.register()
  await make.enqueue(['ok', 'bad', 'runs'])
  const [ok, bad, runs] = await make.claim()
  await make.start([ok!, bad!, runs!])
  await make.finish([ok!])
  await make.fail([bad!])
  await make.enqueue('elsewhere', { queue: 'other' })
  await queue.enqueueMany(['w1', 'w2', 'w3'].map((jobId) => ({ func: 'tasks.add', args: [1], jobId })))
  const ours = await weSee()
  t.strictSame(ours, await pythonSees())
  t.match(ours.registries, { started: { ids: ['runs'] }, finished: { ids: ['ok'] }, failed: { ids: ['bad'] } })
})

const far = 4_000_000_000

/** The same content every time: jobs in all states, with what hangs on them. */
async function seed(): Promise<void> {
  await client.flushall()
  await make.enqueue(['a', 'b', 'c'])
  await make.enqueue('x', { queue: 'other' })
  for (const [id, status, registry] of [
    ['runs', 'started', keys.started('q')],
    ['ok', 'finished', keys.finished('q')],
    ['bad', 'failed', keys.failed('q')],
    ['child', 'deferred', keys.deferred('q')],
    ['later', 'scheduled', keys.scheduled('q')],
    ['stop', 'canceled', keys.canceled('q')],
  ] as const) {
    await make.enqueue(id, { fields: { status } })
    await client.lrem(keys.queue('q'), 1, id)
    await client.zadd(registry, far, id, far, `${id}-too`)
  }
  for (const id of ['b', 'bad', 'ok']) {
    await client.sadd(keys.dependents(id), 'child')
    await client.sadd(keys.dependencies(id), 'x')
    await client.xadd(keys.results(id), '1-1', 'type', '1')
  }
  await client.rpush(keys.queue('q'), 'gone', 'b')
  for (const key of [keys.finished('q'), keys.failed('q')]) await client.zadd(key, 5, 'over', -1, 'for-ever')
}

const kinds = ['started', 'finished', 'failed', 'deferred', 'scheduled', 'canceled'] as const
const jobOf = {
  started: 'runs',
  finished: 'ok',
  failed: 'bad',
  deferred: 'child',
  scheduled: 'later',
  canceled: 'stop',
}

const changes: [name: string, theirs: string, ours: () => Promise<unknown>][] = [
  ['empty', 'q.empty()', () => queue.empty()],
  ['delete', 'q.delete()', () => queue.delete()],
  ['delete without the jobs', 'q.delete(delete_jobs=False)', () => queue.delete({ deleteJobs: false })],
  ['remove', `q.remove('b')`, () => queue.remove('b')],
  ['compact', 'q.compact()', () => queue.compact()],
  [
    'cleanup',
    `[kinds[kind](queue=q).cleanup() for kind in kinds]`,
    () => Promise.all(kinds.map((kind) => queue[`${kind}JobRegistry`].cleanup())),
  ],
  ...kinds.flatMap((kind): typeof changes => [
    [
      `remove from ${kind}`,
      `kinds['${kind}'](queue=q).remove('${jobOf[kind]}')`,
      () => queue[`${kind}JobRegistry`].remove(jobOf[kind]),
    ],
    [
      `remove from ${kind} with the job`,
      `kinds['${kind}'](queue=q).remove('${jobOf[kind]}', delete_job=True)`,
      () => queue[`${kind}JobRegistry`].remove(jobOf[kind], { deleteJob: true }),
    ],
  ]),
]

t.test('J7 J18 P4 our changes leave the same keys as those of Python', skip, async (t) => {
  for (const [name, theirs, ours] of changes) {
    await seed()
    await python(redis, `${preamble}\n${theirs}\nprint('null')`)
    const expected = await dump(client)
    await seed()
    const before = await dump(client)
    await ours()
    const after = await dump(client)
    t.strictSame(after, expected, name)
    t.notSame(after, before, `${name} changes something`)
  }
})

t.test('W8 P4 Python and we see the same workers', skip, async (t) => {
  await make.register('sup', { workers: 2, queues: ['high', 'q'] })
  await make.register('other', { workers: 1, queues: ['q'] })
  await make.enqueue('job')
  const [claim] = await make.claim()
  await make.start([claim!], { worker: 'sup.2' })
  await make.finish([claim!], { worker: 'sup.2' })
  await make.enqueue('now')
  await make.start(await make.claim())
  const theirs = await python(
    redis,
    `${preamble}
from rq.utils import utcformat
workers = sorted(Worker.all(connection=redis), key=lambda w: w.name)
print(json.dumps({'count': Worker.count(connection=redis), 'high': Worker.count(queue=Queue('high', connection=redis)),
  'ofQueue': sorted(w.name for w in Worker.all(queue=Queue('high', connection=redis))),
  'byKey': Worker.find_by_key('rq:worker:sup.1', connection=redis).name,
  'workers': [{'name': w.name, 'key': w.key, 'pid': w.pid, 'queues': w.queue_names(), 'state': w.get_state(),
    'job': w.get_current_job_id(), 'birth': utcformat(w.birth_date)[:23] + 'Z',
    'beat': utcformat(w.last_heartbeat)[:23] + 'Z', 'ok': w.successful_job_count, 'bad': w.failed_job_count,
    'sec': w.total_working_time} for w in workers]}))`,
  )
  const workers = await Worker.all(options)
  t.strictSame(
    {
      count: await Worker.count(options),
      high: await Worker.count({ ...options, queue: 'high' }),
      ofQueue: (await Worker.all({ ...options, queue: 'high' })).map(({ name }) => name),
      byKey: (await Worker.findByKey(keys.worker('sup.1'), options))!.name,
      workers: workers.map((worker) => ({
        name: worker.name,
        key: worker.key,
        pid: worker.pid,
        queues: worker.queues,
        state: worker.state,
        job: worker.currentJobId ?? null,
        birth: worker.birthDate!.toISOString(),
        beat: worker.lastHeartbeat!.toISOString(),
        ok: worker.successfulJobCount,
        bad: worker.failedJobCount,
        sec: worker.totalWorkingTimeSec,
      })),
    },
    theirs,
  )
})
