import t, { type Test } from 'tap'
import { doDamage } from '../../../chaos/fsck/damage.js'
import { systemClock } from '../../../src/clock.js'
import { kindNames } from '../../../src/fsck/kinds.js'
import { look, repair } from '../../../src/fsck/look.js'
import { readStep } from '../../../src/fsck/read-step.js'
import { walk } from '../../../src/fsck/walk.js'
import { lookAgain, repairOne, type Question } from '../../../src/redis/fsck-store.js'
import { dump } from '../../helpers/dump.js'
import { Factory, nowIso } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys, store } = make
const access = { store, clock: systemClock }
t.beforeEach(async () => {
  await client.flushall()
})

/** All that looks wrong now. */
async function suspects(): Promise<Question[]> {
  const walked = await walk(
    (stretch) => readStep(client, keys, stretch),
    () => undefined,
  )
  return walked.suspects.map((each) => ({ ...each, mark: '' }))
}

async function confirmed(): Promise<Question[]> {
  const questions = await suspects()
  const opinions = await look(access, questions)
  return questions.flatMap((question, i) => {
    const opinion = opinions[i]!
    return opinion.verdict === 'gone' ? [] : [{ ...question, mark: opinion.mark }]
  })
}

/** Try to repair, with this mark; nothing may be written. */
async function staysAsItIs(t: Test, question: Question, waitMs: number): Promise<void> {
  const before = await dump(client)
  const { verdict } = await repairOne(client, keys, question, { nowIso, waitMs })
  t.not(verdict, 'repaired', question.kind)
  t.same(await dump(client), before, `${question.kind}: nothing was written`)
}

void t.test('every kind of damage that can be repaired is seen, and judged by its script', async (t) => {
  const damage = await doDamage(client, keys, 1)
  const found = new Set((await confirmed()).map(({ kind }) => kind))
  for (const { kind } of damage) t.ok(found.has(kind), kind)
})

void t.test('without a mark, or before its time, nothing is repaired', async (t) => {
  await doDamage(client, keys, 1)
  for (const question of await confirmed()) {
    await staysAsItIs(t, { ...question, mark: '' }, 0)
    await staysAsItIs(t, question, 60_000)
    await staysAsItIs(t, { ...question, mark: '1.0 another state' }, 0)
  }
})

void t.test('with the mark of the same state it is repaired, once', async (t) => {
  await doDamage(client, keys, 1)
  for (const question of await confirmed()) {
    // These only look: what repairs them is asked by fsck.
    if (question.kind === 'abandoned' || question.kind === 'daemon-dead') continue
    t.equal((await repairOne(client, keys, question, { nowIso, waitMs: 0 })).verdict, 'repaired', question.kind)
    await staysAsItIs(t, question, 0)
  }
})

void t.test('a job that moved between two looks is left alone', async (t) => {
  await doDamage(client, keys, 1)
  const byJob = (await confirmed()).filter(({ kind }) =>
    ['queued-nowhere', 'started-nowhere', 'filed-nowhere', 'deferred-for-nothing', 'registered-wrongly'].includes(kind),
  )
  t.equal(byJob.length, 5)
  for (const question of byJob) {
    await client.hset(keys.job(question.id), 'enqueued_at', '2026-11-24T00:00:00.000000Z')
    await staysAsItIs(t, question, 0)
  }
})

void t.test(
  'jobs in the hands of a daemon of ours, and all that it does with them, are as they should be',
  async (t) => {
    const clean = async (what: string): Promise<void> => void t.same(await confirmed(), [], what)
    await make.register()
    await make.enqueue(['a', 'b', 'c', 'd', 'e', 'f'])
    await clean('queued')
    const claims = await make.claim()
    await clean('claimed')
    await make.start(claims)
    await clean('started')
    const [a, b, c, d, e, f] = claims
    await make.finish([a!])
    await make.fail([b!])
    await make.retry([c!], { delaySec: 60 })
    await make.retry([d!])
    await make.handBack([e!])
    await store.recover({ supervisorId: 'sup', proved: true, limit: 10, nowIso })
    t.ok(f)
    await clean('ended, tried again, handed back, taken over')
    await make.requeue(['b'])
    await clean('requeued')
  },
)

void t.test('a job that Python has shown as running before its status says so is left alone', async (t) => {
  await make.enqueue('a')
  await client.lrem(keys.queue('q'), 1, 'a')
  const [question] = await confirmed()
  t.match(question, { kind: 'queued-nowhere', id: 'a' })
  await client.zadd(keys.started('q'), 9e9, 'a')
  t.equal((await lookAgain(client, keys, question!, nowIso)).verdict, 'gone')
})

void t.test('a dependent whose parent is gone is queued only where a result says how that ended', async (t) => {
  await make.enqueue('child', { fields: { status: 'deferred', dependency_ids: '["gone"]' } })
  await client.del(keys.queue('q'))
  await client.zadd(keys.deferred('q'), 1, 'child')
  await client.sadd(keys.dependencies('child'), 'gone')
  const [question] = await confirmed()
  t.match(question, { kind: 'deferred-for-nothing' })
  t.match(await repairOne(client, keys, question!, { nowIso, waitMs: 0 }), {
    verdict: 'kept',
    why: 'job gone, for which it waits, is gone, and nothing says how that ended',
  })
  await client.xadd(keys.results('gone'), '*', 'type', '1')
  await client.expire(keys.results('gone'), 100)
  t.equal((await repairOne(client, keys, question!, { nowIso, waitMs: 0 })).verdict, 'repaired')
  t.strictSame(await make.list(), ['child'])
})

void t.test(
  'a started job is tried again while it has retries, and failed otherwise, as an abandoned one',
  async (t) => {
    await make.enqueue(['a', 'b'], { fields: { status: 'started', worker_name: 'ghost' } })
    await client.hset(keys.job('a'), 'retries_left', '1')
    await client.del(keys.queue('q'))
    for (const question of await confirmed()) {
      t.equal((await repairOne(client, keys, question, { nowIso, waitMs: 0 })).verdict, 'repaired')
    }
    t.match(await make.job('a'), { status: 'queued', retries_left: '0' })
    t.match(await make.job('b'), { status: 'failed' })
    t.ok(await client.zscore(keys.failed('q'), 'b'))
    t.same(await confirmed(), [])
  },
)

void t.test('what a living worker, or the producer itself, runs is left alone', async (t) => {
  await make.enqueue(['a', 'b'], { fields: { status: 'started', worker_name: 'w' } })
  await client.del(keys.queue('q'))
  await client.hset(keys.job('b'), 'worker_name', 'sync')
  await client.hset(keys.worker('w'), 'current_job', 'a')
  await client.expire(keys.worker('w'), 100)
  t.same(await confirmed(), [])
})

void t.test('a finished job that runs again keeps its entry', async (t) => {
  await make.enqueue('a', { fields: { repeats_left: '2' } })
  await client.zadd(keys.finished('q'), 9e9, 'a')
  t.same(await confirmed(), [])
})

void t.test('what is only reported says why: a status that nobody knows, a key of another type', async (t) => {
  await make.enqueue('a', { fields: { status: 'weird' } })
  await client.del(keys.queue('q'))
  await client.set(keys.failed('q'), 'x')
  const questions = await confirmed()
  t.same(questions.map(({ kind }) => kind).sort(), ['key-of-wrong-type', 'status-unknown'])
  for (const opinion of await repair(access, questions, 1_000)) t.match(opinion, { verdict: 'kept', why: /nobody/ })
})

void t.test('every kind has a script', async (t) => {
  for (const kind of kindNames) {
    const question = { kind, key: keys.job('none'), id: 'none', queue: 'q', entry: '', place: '', mark: '' }
    t.equal((await lookAgain(client, keys, question, nowIso)).verdict, 'gone', kind)
  }
})
