import { join } from 'node:path'
import t, { type Test } from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf } from '../../chaos/marks.js'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { type TestDaemon, rqctl, startDaemon } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000

/** A daemon that serves tenants, with jobs that leave marks. */
interface Rig {
  readonly redis: TestRedis
  readonly daemon: TestDaemon
  /** Start one more. */
  another(args: readonly string[]): Promise<TestDaemon>
  enqueue(tenant: string, count: number, ms: number, queue?: string): Promise<void>
  /** Jobs whose function was called so far, in order. */
  begun(): string[]
  /** Resolves when so many have ended. */
  ended(count: number): Promise<void>
}

async function startRig(t: Test, args: readonly string[], queues: readonly string[] = ['work']): Promise<Rig> {
  const redis = await startRedis(t)
  const marks = new MarkFile(join(redis.folder, 'marks'))
  t.teardown(() => marks.close())
  const another = (more: readonly string[]): Promise<TestDaemon> =>
    startDaemon(t, redis, ['--spares', '0', ...more, ...queues], {
      env: { RQD_CHAOS_MARKS: marks.path },
      tasks: join(projectRoot, 'chaos/tasks'),
    })
  const daemon = await another(args)
  let jobs = 0
  return {
    redis,
    daemon,
    another,
    enqueue: async (tenant, count, ms, name = 'work') => {
      const queue = new Queue(name, { connection: redis.client, prefix: `{${tenant}}:rq` })
      const ids = Array.from({ length: count }, () => `${tenant}-${name}-${(jobs += 1)}`)
      await Promise.all(ids.map((jobId) => queue.with({ jobId }).enqueue('work.run', jobId, ms)))
    },
    begun: () => {
      marks.read()
      return marks.marks.flatMap(({ kind, jobId }) => (kind === 'begin' ? [jobId] : []))
    },
    ended: async (count) => {
      await waitFor(`${count} jobs to end`, () => (marks.read(), marks.ended.size >= count), BOUND_MS)
      for (const runs of executionsOf(marks.marks).values()) t.equal(runs.length, 1, 'no job ran twice')
    },
  }
}

const countOf = (tenant: string, jobs: readonly string[]): number =>
  jobs.filter((id) => id.startsWith(`${tenant}-`)).length

/** What had begun between these jobs and the last one of a tenant. */
const until = (tenant: string, jobs: readonly string[], from: number): string[] =>
  jobs.slice(
    from,
    jobs.findLastIndex((id) => id.startsWith(`${tenant}-`)),
  )

t.test('a tenant with a long queue does not hold up those who come later', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob,cid'])
  await rig.enqueue('ann', 80, 30)
  await waitFor('some of them to begin', () => rig.begun().length > 6)
  await rig.enqueue('bob', 20, 30)
  await rig.enqueue('cid', 5, 30)
  const from = rig.begun().length
  await rig.ended(105)
  const begun = rig.begun()
  const beside = until('bob', begun, from)
  t.ok(countOf('ann', beside) < 35, `bob had 20 jobs run, and ann ${countOf('ann', beside)} meanwhile`)
  t.ok(countOf('ann', beside) > 8, 'nor does who comes later hold up the first')
  const few = until('cid', begun, from)
  t.ok(few.length < 30, `cid had 5 jobs run, and all others ${few.length} meanwhile`)
})

t.test('short jobs of one tenant do not hold up those of another', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob'])
  await rig.enqueue('ann', 4_000, 0)
  await waitFor('some of them to begin', () => rig.begun().length > 50)
  await rig.enqueue('bob', 200, 0)
  const from = rig.begun().length
  await rig.ended(4_200)
  const beside = until('bob', rig.begun(), from)
  t.ok(beside.length < 2_500, `bob had 200 jobs run, and ann ${countOf('ann', beside)} meanwhile`)
})

t.test('executors are shared by weight', async (t) => {
  const rig = await startRig(t, ['-N', '4', '--tenants', 'ann=3,bob'])
  await rig.enqueue('ann', 90, 30)
  await rig.enqueue('bob', 90, 30)
  await rig.ended(180)
  const begun = rig.begun()
  const beside = until('ann', begun, 0)
  const bobs = countOf('bob', beside)
  t.ok(bobs > 15 && bobs < 50, `ann had 90 jobs run, and bob ${bobs} meanwhile`)
})

t.test('a tenant that is alone has all executors, and its queues are read in their order', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob'], ['high', 'work'])
  await rig.enqueue('ann', 10, 60)
  await waitFor('one to begin', () => rig.begun().length > 0)
  await waitFor('both executors to be busy', async () => {
    const { executors } = await rig.daemon.status()
    return executors.every(({ state, tenant }) => state === 'busy' && tenant === 'ann')
  })
  await rig.enqueue('ann', 2, 1, 'high')
  await rig.enqueue('ann', 1, 1)
  await rig.ended(13)
  const begun = rig.begun()
  t.ok(begun.findLastIndex((id) => id.includes('high')) < begun.length - 1, 'high goes before what waits in work')
})

t.test('each tenant can be paused and asked about alone, and all of them as one', async (t) => {
  const rig = await startRig(t, ['-N', '1', '--tenants', 'ann,bob'])
  const ctl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await rqctl([...args, '--socket', rig.daemon.socket])
    t.equal(code, 0, stderr)
    return stdout
  }
  await ctl('pause', '--tenant', 'ann')
  await rig.enqueue('ann', 2, 1)
  await rig.enqueue('bob', 2, 1)
  await rig.ended(2)
  t.equal(countOf('ann', rig.begun()), 0)
  const status = await rig.daemon.status()
  t.match(status.tenants, [
    { name: 'ann', state: 'paused', connected: true },
    { name: 'bob', state: 'running', connected: true },
  ])
  t.equal(status.state, 'running')
  t.match(status.queues, [
    { tenant: 'ann', name: 'work', depth: 2, paused: true },
    { tenant: 'bob', name: 'work', depth: 0, paused: false },
  ])
  t.match(await ctl('info', '--tenant', 'ann'), /work/)
  await ctl('drain')
  await rig.enqueue('bob', 1, 1)
  t.equal((await rig.daemon.status()).state, 'drained')
  await ctl('resume')
  await rig.ended(5)
  await ctl('scale', '2')
  const workers = await Promise.all(
    ['ann', 'bob'].map((name) => rig.redis.client.smembers(createKeys(`{${name}}:rq`).workers)),
  )
  t.same(
    workers.map((each) => each.length),
    [2, 2],
    'each tenant sees a worker for each executor',
  )
  const refused = await rqctl(['shutdown', '--tenant', 'ann', '--socket', rig.daemon.socket])
  t.not(refused.code, 0)
  t.match(refused.stderr, /shutdown is about what ann, bob share/)
  await ctl('restart-executors', '--wait')
  await ctl('scale', '1', '--wait')
  await rig.enqueue('ann', 1, 1)
  await rig.ended(6)
  await ctl('shutdown')
  t.equal((await rig.daemon.ended).code, 0)
})

t.test('a stop hands back what runs for every tenant', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob', '--stop-timeout-sec', '1'])
  await rig.enqueue('ann', 1, 60_000)
  await rig.enqueue('bob', 1, 60_000)
  await waitFor('both to begin', () => rig.begun().length === 2)
  rig.daemon.signal('SIGTERM')
  t.equal((await rig.daemon.ended).code, 0)
  for (const name of ['ann', 'bob']) {
    const keys = createKeys(`{${name}}:rq`)
    t.equal(await rig.redis.client.llen(keys.queue('work')), 1)
    t.equal(await rig.redis.client.scard(keys.workers), 0)
  }
})

t.test('a killed executor takes one job of one tenant along', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob'])
  await rig.enqueue('ann', 1, 60_000)
  await rig.enqueue('bob', 1, 1_500)
  await waitFor('both to begin', () => rig.begun().length === 2)
  const executors = (await rig.daemon.status()).executors
  const hit = executors.find(({ tenant }) => tenant === 'ann')
  t.ok(hit?.pid)
  process.kill(hit?.pid ?? 0, 'SIGKILL')
  await rig.ended(1)
  await waitFor('the job of ann to fail', async () => {
    return (await rig.redis.client.zcard(createKeys('{ann}:rq').failed('work'))) === 1
  })
  const { tenants = [], counters } = await rig.daemon.status()
  t.match(counters, { finished: 1, failed: 1, executorDeaths: 1 })
  t.ok(tenants.every(({ running }) => running === 0))
})

t.test('what a killed daemon has left with any tenant, another one runs', async (t) => {
  const rig = await startRig(t, ['-N', '2', '--tenants', 'ann,bob', '--lease-sec', '1'])
  await rig.enqueue('ann', 3, 400)
  await rig.enqueue('bob', 3, 400)
  await waitFor('two to run', () => rig.begun().length === 2)
  rig.daemon.signal('SIGKILL')
  await rig.daemon.ended
  // Their executors go with it: what ran begins again.
  const successor = await rig.another(['-N', '2', '--tenants', 'ann,bob'])
  const left = async (): Promise<number> => {
    const keys = ['ann', 'bob'].map((name) => createKeys(`{${name}}:rq`))
    const done = await Promise.all(keys.map((each) => rig.redis.client.zcard(each.finished('work'))))
    return 6 - done.reduce((sum, count) => sum + count, 0)
  }
  await waitFor('all to finish', async () => (await left()) === 0, BOUND_MS)
  t.match((await successor.status()).counters, { recovered: 2, finished: 6, failed: 0 })
})

t.test('a burst ends when the queues of all tenants are empty', async (t) => {
  const redis = await startRedis(t)
  for (const name of ['ann', 'bob']) {
    const queue = new Queue('work', { connection: redis.client, prefix: `{${name}}:rq` })
    await queue.enqueueMany(Array.from({ length: 20 }, (_, i) => ({ func: 'arithmetic.add', args: [i, 1] })))
  }
  const daemon = await startDaemon(t, redis, ['-N', '2', '--tenants', 'ann,bob', '--burst', 'work'], { ready: false })
  t.equal((await daemon.ended).code, 0, daemon.log())
  for (const name of ['ann', 'bob']) {
    t.equal(await redis.client.zcard(createKeys(`{${name}}:rq`).finished('work')), 20)
  }
})
