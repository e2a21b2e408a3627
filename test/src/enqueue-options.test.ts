import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  callback,
  dependency,
  Group,
  Job,
  Queue,
  Repeat,
  Retry,
  webhook,
  type EnqueueCall,
  type QueueOptions,
} from '../../src/index.js'
import { decodeCall } from '../../src/job/call.js'
import { decodeMeta } from '../../src/job/meta.js'
import { createKeys } from '../../src/redis/keys.js'
import { dump } from '../helpers/dump.js'
import { scoreIs } from '../helpers/factory.js'
import { loadGolden } from '../helpers/golden.js'
import { projectRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const fixtureTasks = join(projectRoot, 'test/fixtures/tasks')
const open = (name = 'default', options: Partial<QueueOptions> = {}): Queue =>
  new Queue(name, { connection: client, serializer: 'pickle', ...options })

/** Fields that RQ 2.x writes always, and 1.13 does not know. */
const since2 = new Set(['stopped_callback_name', 'group_id'])

/** Assert that the database holds what Python RQ left: the same keys, and the same in them but for times and pickles. */
async function isAsRqLeft(
  t: Test,
  name: string,
  except: readonly string[] = [],
  more: readonly string[] = [],
): Promise<void> {
  const golden = loadGolden(name).keys
  t.strictSame((await client.keys('*')).sort(), [...golden.keys()].sort(), `${name}: the same keys`)
  for (const theirs of golden.values()) {
    const { key } = theirs
    switch (theirs.type) {
      case 'hash': {
        const ours = await client.hgetallBuffer(key)
        for (const [field, value] of theirs.fields) {
          const mine = ours[field]
          if (except.includes(field)) continue
          if (field === 'data') t.strictSame(decodeCall(mine!), decodeCall(value), `${key} ${field}`)
          else if (field === 'meta') t.strictSame(decodeMeta(mine!), decodeMeta(value), `${key} ${field}`)
          else if (field.endsWith('_at') && value.length > 0) t.equal(mine?.length, value.length, `${key} ${field}`)
          else t.equal(mine?.toString(), value.toString(), `${key} ${field}`)
        }
        const others = Object.keys(ours).filter((field) => !theirs.fields.has(field) && !since2.has(field))
        t.strictSame(
          others.filter((field) => !more.includes(field)),
          [],
          `${key}: no other fields`,
        )
        t.ok(Math.abs((await client.ttl(key)) - theirs.ttl) < 20, `${key}: the same TTL`)
        break
      }
      case 'zset':
        t.strictSame(
          await client.zrange(key, 0, '-1'),
          theirs.members.map(({ member }) => String(member)),
          key,
        )
        break
      case 'set':
        t.strictSame((await client.smembers(key)).sort(), theirs.members.map(String).sort(), key)
        break
      case 'list':
        t.strictSame(await client.lrange(key, 0, -1), theirs.items.map(String), key)
        break
      default:
        t.fail(`${key} is a ${theirs.type}`)
    }
  }
}

void t.test('J4 with all options, a job is what RQ 2.10 makes of it', async (t) => {
  await open().enqueueCall({
    func: 'wirefuncs.echo',
    args: [1, 'a'],
    kwargs: { k: null },
    jobId: 'opt-1',
    jobTimeout: '5m',
    resultTtl: -1,
    ttl: '2h',
    failureTtl: 3600,
    atFront: true,
    description: 'desc é',
    meta: { m: [1, 2] },
    retry: new Retry({ max: 3, interval: [10, 20], enqueueAtFront: true }),
    repeat: new Repeat({ times: 2, interval: [5, 7] }),
    onSuccess: 'wirefuncs.on_success',
    onFailure: callback('wirefuncs.on_failure', { timeout: 60 }),
    onStopped: callback('wirefuncs.on_stopped', { timeout: '9s' }),
    webhooks: [webhook('http://127.0.0.1:1/hook', { headers: { A: 'b' } })],
  })
  await isAsRqLeft(t, '2.10--enqueue-all-options')
})

void t.test('J4 with all options that RQ 1.13 has, a job is what that makes of it', async (t) => {
  await open().enqueueCall({
    func: 'wirefuncs.echo',
    args: [1, 'a'],
    kwargs: { k: null },
    jobId: 'opt-1',
    jobTimeout: '5m',
    resultTtl: -1,
    ttl: '2h',
    failureTtl: 3600,
    atFront: true,
    description: 'desc é',
    meta: { m: [1, 2] },
    retry: new Retry({ max: 3, interval: [10, 20] }),
    onSuccess: 'wirefuncs.on_success',
    onFailure: 'wirefuncs.on_failure',
  })
  // Limits of callbacks came later: 1.13 ignores the fields.
  await isAsRqLeft(t, '1.13--enqueue-all-options', [], ['success_callback_timeout', 'failure_callback_timeout'])
})

for (const line of ['1.13', '2.10']) {
  void t.test(`J1 plain jobs are what RQ ${line} makes of them, in pickle and in JSON`, async (t) => {
    const call = { func: 'wirefuncs.add', args: [1], kwargs: { b: 2 } }
    await open().enqueueCall({ ...call, jobId: 'pickle-1' })
    const json = open('default', { serializer: 'json' })
    await json.enqueueCall({ ...call, jobId: 'json-1', meta: { who: 'me', n: [1, null] } })
    await isAsRqLeft(t, `${line}--enqueue-plain`)
    const meta = loadGolden(`${line}--enqueue-plain`).keys.get('rq:job:json-1')
    if (meta?.type !== 'hash') throw new Error('the sample has no such job')
    t.strictSame(await client.hgetBuffer('rq:job:json-1', 'meta'), meta.fields.get('meta'), 'meta byte for byte')
  })
}

void t.test('J10, J20 deferred and scheduled jobs are what RQ 2.10 makes of them', async (t) => {
  const one = await open().with({ jobId: 'parent-1' }).enqueue('wirefuncs.add', 1, 2)
  await open('other').with({ jobId: 'parent-2' }).enqueue('wirefuncs.add', 1, 2)
  await open()
    .with({ jobId: 'child-1', dependsOn: [one, 'parent-2'] })
    .enqueue('wirefuncs.add', 3, 4)
  const dependsOn = dependency({ jobs: [one], allowFailure: true, enqueueAtFront: true })
  await open('other').with({ jobId: 'child-2', dependsOn }).enqueue('wirefuncs.add', 5, 6)
  await isAsRqLeft(t, '2.10--deferred')
  await client.flushall()
  const at = new Date('2030-01-02T03:04:05.678Z')
  await open().with({ jobId: 'sched-1', atFront: true }).enqueueAt(at, 'wirefuncs.add', 1, 2)
  await isAsRqLeft(t, '2.10--scheduled')
})

void t.test('J17, J20 retries and repeats are written as RQ 2.10 writes them', async (t) => {
  const written = async (id: string, name: string, fields: readonly string[]): Promise<void> => {
    const sample = loadGolden(name).keys.get(`rq:job:${id}`)
    if (sample?.type !== 'hash') throw new Error(`${name} has no ${id}`)
    for (const field of fields) {
      t.equal(await client.hget(keys.job(id), field), sample.fields.get(field)?.toString(), `${name} ${id} ${field}`)
    }
  }
  await open()
    .with({ jobId: 'retry-1', retry: { max: 2, interval: [0, 3000] } })
    .enqueue('wirefuncs.fail')
  await open()
    .with({ jobId: 'retry-2', retry: { max: 2 } })
    .enqueue('wirefuncs.fail')
  await open()
    .with({ jobId: 'repeat-1', repeat: { times: 2, interval: [5, 3000] } })
    .enqueue('wirefuncs.add', 1, 2)
  const same = ['origin', 'description', 'timeout', 'group_id', 'success_callback_name']
  for (const line of ['1.13', '2.10']) {
    for (const id of ['retry-1', 'retry-2']) {
      await written(id, `${line}--retry`, [
        'retry_intervals',
        ...(line === '1.13' ? same.filter((each) => each !== 'group_id') : same),
      ])
    }
  }
  await written('repeat-1', '2.10--repeat', ['repeat_intervals', ...same])
})

void t.test('J10 deferred jobs are what RQ 1.13 makes of them', async (t) => {
  const [first, second] = [open(), open('other')]
  const one = await first.with({ jobId: 'parent-1' }).enqueue('wirefuncs.add', 1, 2)
  await second.with({ jobId: 'parent-2' }).enqueue('wirefuncs.add', 1, 2)
  const child = await first.with({ jobId: 'child-1', dependsOn: [one, 'parent-2'] }).enqueue('wirefuncs.add', 3, 4)
  const dependsOn = dependency({ jobs: [one], allowFailure: true, enqueueAtFront: true })
  await second.with({ jobId: 'child-2', dependsOn }).enqueue('wirefuncs.add', 5, 6)
  await isAsRqLeft(t, '1.13--deferred')
  t.match(child, { status: 'deferred', enqueuedAt: undefined })
  t.match(await Job.fetch('child-1', { connection: client }), { status: 'deferred' })
})

void t.test('J20 a scheduled job is what RQ 1.13 makes of it', async (t) => {
  const at = new Date('2030-01-02T03:04:05.678Z')
  const job = await open().with({ jobId: 'sched-1', atFront: true }).enqueueAt(at, 'wirefuncs.add', 1, 2)
  await isAsRqLeft(t, '1.13--scheduled')
  t.equal(await client.zscore(keys.scheduled('default'), 'sched-1'), '1893553445')
  t.match(job, { status: 'scheduled', enqueuedAt: undefined })
})

void t.test('J21 a group is what RQ 2.10 makes of it', async (t) => {
  const group = new Group('G1', { connection: client })
  const queue = open()
  const jobs = await group.enqueueMany(queue, [
    queue.with({ jobId: 'g-1' }).prepare('wirefuncs.add', 1, 2),
    { func: 'wirefuncs.add', args: [3, 4], jobId: 'g-2' },
  ])
  await isAsRqLeft(t, '2.10--group')
  t.strictSame(
    jobs.map(({ id }) => id),
    ['g-1', 'g-2'],
  )
})

void t.test('J20 enqueueIn counts from now, with options as everything else', async (t) => {
  const queue = open()
  const one = await queue.enqueueIn('2m', 'tasks.add', 1)
  const other = await queue.with({ ttl: '1h' }).enqueueIn(5, 'tasks.add')
  await scoreIs(t, client, keys.scheduled('default'), one.id, 120)
  await scoreIs(t, client, keys.scheduled('default'), other.id, 5)
  t.match(other, { status: 'scheduled', ttlSec: 3600 })
  const { add } = (await import(join(fixtureTasks, 'arithmetic.mjs'))) as { add: (a: number, b: number) => number }
  const typed: Job<number> = await open('default', { taskPaths: [fixtureTasks] }).enqueueIn(5, add, 1, 2)
  t.equal(typed.funcName, 'arithmetic.add')
  // @ts-expect-error an argument is of the wrong type
  await t.rejects(queue.enqueueAt(new Date(NaN), add, 1, '2'), { code: 'RQD_BAD_OPTION' })
  t.strictSame(await client.lrange(keys.queue('default'), 0, -1), [])
})

void t.test('J10 a job whose parents have all finished is queued at once, and says so', async (t) => {
  const parent = await open().enqueue('tasks.add')
  await client.hset(keys.job(parent.id), 'status', 'finished')
  const child = await open().with({ dependsOn: parent }).enqueue('tasks.add')
  t.equal(child.status, 'queued')
  t.type(child.enqueuedAt, Date)
  t.strictSame(await client.lrange(keys.queue('default'), 0, -1), [parent.id, child.id])
  t.equal(await client.hget(keys.job(child.id), 'dependency_ids'), `["${parent.id}"]`)
  const front = await open()
    .with({ dependsOn: dependency({ jobs: parent, enqueueAtFront: true }) })
    .enqueue('tasks.add')
  t.equal(await client.lindex(keys.queue('default'), 0), front.id)
})

void t.test('J10 in one call of enqueueMany, jobs may depend on earlier ones', async (t) => {
  const queue = open()
  const jobs = await queue.enqueueMany([
    queue.with({ jobId: 'top' }).prepare('tasks.add'),
    queue.with({ jobId: 'left', dependsOn: 'top' }).prepare('tasks.add'),
    queue.with({ jobId: 'right', dependsOn: 'top' }).prepare('tasks.add'),
    queue.with({ jobId: 'bottom', dependsOn: ['left', 'right'] }).prepare('tasks.add'),
    queue.with({ jobId: 'alone' }).prepare('tasks.add'),
  ])
  t.strictSame(
    jobs.map(({ status }) => status),
    ['queued', 'deferred', 'deferred', 'deferred', 'queued'],
  )
  t.strictSame(await client.lrange(keys.queue('default'), 0, -1), ['top', 'alone'])
  t.strictSame((await client.smembers(keys.dependents('top'))).sort(), ['left', 'right'])
  t.strictSame((await client.smembers(keys.dependencies('bottom'))).sort(), ['left', 'right'])
})

void t.test('J4 a unique id that exists is refused by name, and nothing is written', async (t) => {
  const queue = open()
  await queue.with({ jobId: 'once', unique: true }).enqueue('tasks.add')
  const before = await dump(client)
  const call: EnqueueCall = { func: 'tasks.add', jobId: 'once', unique: true }
  const error = { code: 'RQD_DUPLICATE_JOB', jobId: 'once', message: /^job "once" exists already/ }
  await t.rejects(queue.enqueueCall(call), error)
  await t.rejects(queue.with({ jobId: 'once', unique: true }).enqueueIn(5, 'tasks.add'), error)
  await t.rejects(queue.enqueueMany([{ func: 'tasks.add' }, call]), {
    name: 'EnqueueManyError',
    code: 'RQD_DUPLICATE_JOB',
    index: 1,
    enqueued: [],
    message: /^enqueued 0 of 2 jobs and no more: job "once" exists already/,
  })
  t.strictSame(await dump(client), before)
})

void t.test('J17 exponential waits are drawn for each job, and written for every worker to read', async (t) => {
  const retry = Retry.exponential({ max: 4, baseSec: 100, jitter: 0.5 })
  const intervals = new Set<string | null>()
  for (let i = 0; i < 5; i++) {
    const { id } = await open().with({ retry }).enqueue('tasks.add')
    t.equal(await client.hget(keys.job(id), 'retries_left'), '4')
    intervals.add(await client.hget(keys.job(id), 'retry_intervals'))
  }
  t.ok(intervals.size > 1, [...intervals].join())
  for (const text of intervals) t.match(text, /^\[\d+, \d+, \d+, \d+\]$/)
  const plain = await open()
    .with({ retry: { max: 2 } })
    .enqueue('tasks.add')
  t.equal(await client.hget(keys.job(plain.id), 'retry_intervals'), '[0]', 'as RQ writes it')
})

void t.test('J21 callbacks are named as functions are', async (t) => {
  const { add, nothing } = (await import(join(fixtureTasks, 'arithmetic.mjs'))) as {
    add: (a: number, b: number) => number
    nothing: () => void
  }
  const queue = open('default', { taskPaths: [fixtureTasks] })
  const options = { onSuccess: nothing, onFailure: callback(nothing, { timeout: 5 }) }
  for (const func of ['tasks.add', add] as const) {
    const { id } = await queue.enqueueCall({ func, ...options })
    t.match(await client.hgetall(keys.job(id)), {
      success_callback_name: 'arithmetic.nothing',
      success_callback_timeout: '60',
      failure_callback_name: 'arithmetic.nothing',
      failure_callback_timeout: '5',
      stopped_callback_name: '',
    })
  }
})

void t.test('what is wrong is refused by name, and nothing is written', async (t) => {
  const cases: [Partial<EnqueueCall>, { code: string; message?: RegExp }][] = [
    [
      { dependsOn: 'self', jobId: 'self' },
      { code: 'RQD_BAD_OPTION', message: /"self", which is the job itself$/ },
    ],
    [{ dependsOn: '' }, { code: 'RQD_BAD_OPTION', message: /^dependsOn holds ""/ }],
    [{ retry: { max: 0 } }, { code: 'RQD_BAD_OPTION', message: /^retry.max is 0/ }],
    [{ repeat: { times: 1, interval: 'x' } }, { code: 'RQD_BAD_DURATION', message: /^repeat.interval is "x"/ }],
    [{ onSuccess: 'nodot' }, { code: 'RQD_BAD_OPTION', message: /^function "nodot"/ }],
    [{ onStopped: 5 as unknown as string }, { code: 'RQD_BAD_OPTION', message: /^a callback is 5/ }],
    [{ onFailure: () => 1 }, { code: 'RQD_UNNAMED_FUNCTION' }],
    [
      { func: () => 1, onFailure: 'a b' },
      { code: 'RQD_BAD_OPTION', message: /^function "a b"/ },
    ],
    [{ group: '' }, { code: 'RQD_BAD_OPTION', message: /^group is an empty text/ }],
  ]
  for (const [call, error] of cases) {
    await t.rejects(open().enqueueCall({ func: 'tasks.add', ...call }), error, JSON.stringify(call))
  }
  await t.rejects(open().with({ dependsOn: 'a' }).enqueueIn(5, 'tasks.add'), {
    code: 'RQD_BAD_OPTION',
    message: /^dependsOn with a time/,
  })
  await t.rejects(open().enqueueIn(-1, 'tasks.add'), { code: 'RQD_BAD_OPTION', message: /^delay is -1/ })
  t.throws(() => callback('a.b', { timeout: 0 }), { code: 'RQD_BAD_OPTION', message: /is 0 s; expected at least 1$/ })
  t.strictSame(await dump(client), {})
})
