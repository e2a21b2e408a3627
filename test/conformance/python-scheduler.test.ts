import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, pythonPath, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// J20, W18: the scheduler of Python RQ 1.13 and ours share one Redis. All workers are suspended while jobs are moved, so
// that nothing leaves a list: a job that was moved twice would be on it twice in the end. Then all of them run.

/** By each of the two producers, for each of the two queues. */
const SHARE = 500
/** Seconds over which they become due. */
const SPREAD_SEC = 10
const queues = ['a', 'b'] as const
const lock = (queue: string): string => `rq:scheduler-lock:${queue}`

t.test('J20 W18 Python’s scheduler and ours move 2,000 jobs once each', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  await client.set('rq:suspended', '1')

  // Both kinds serve both queues. A lock that somebody holds meanwhile leaves `a` to ours.
  await client.set(lock('a'), '1')
  const theirs = startPython(t, redis)
  const theirName = await waitFor('Python to hold b', () => client.get(lock('b')), 30_000)
  await writeFile(
    join(redis.folder, 'tally.mjs'),
    `import { appendFileSync } from 'node:fs'\nexport const note = (file, id) => appendFileSync(file, id + '\\n')\n`,
  )
  const flags = ['-N', '1', '--path', redis.folder, ...queues]
  const first = await startDaemon(t, redis, flags)
  await client.del(lock('a'))
  const firstName = await waitFor('our first daemon to hold a', () => client.get(lock('a')))
  await startDaemon(t, redis, flags)

  const file = join(redis.folder, 'tally')
  const firstSec = Number((await client.time())[0]) + 3
  const dueSec = (i: number): number => firstSec + (i % SPREAD_SEC)
  const due = new Map<string, number>()
  for (const queue of queues) {
    for (let i = 0; i < 2 * SHARE; i++) due.set(idOf(queue, i), dueSec(i))
  }
  await Promise.all([
    ...queues.map((name) => {
      const queue = new Queue(name, { connection: client, serializer: 'pickle' })
      return Promise.all(
        Array.from({ length: SHARE }, (_, i) => {
          const jobId = idOf(name, i)
          return queue.with({ jobId }).enqueueAt(new Date(dueSec(i) * 1_000), 'tally.note', file, jobId)
        }),
      )
    }),
    python(
      redis,
      `from datetime import datetime, timezone
for name in ('a', 'b'):
    q = Queue(name, connection=redis)
    for i in range(${SHARE}, ${2 * SHARE}):
        id = '%s-%d' % (name, i)
        q.enqueue_at(datetime.fromtimestamp(${firstSec} + i % ${SPREAD_SEC}, timezone.utc), 'tally.note', '${file}', id, job_id=id)
print('null')`,
    ),
  ])
  const moved = async (queue: string, count: number): Promise<boolean> =>
    (await client.llen(`rq:queue:${queue}`)) >= count

  await waitFor('our first daemon to move some', () => moved('a', SHARE / 2), 30_000)
  t.equal(await client.get(lock('a')), firstName)
  first.signal('SIGKILL')
  const [killedSec] = await client.time()
  await waitFor('our second daemon to take over', async () => {
    const name = await client.get(lock('a'))
    return name !== null && name !== firstName
  })
  const [followedSec] = await client.time()
  t.ok(Number(followedSec) - Number(killedSec) <= 15, `within seconds: ${killedSec} to ${followedSec}`)

  await waitFor('Python to move some', () => moved('b', SHARE / 2), 30_000)
  t.equal(await client.get(lock('b')), theirName)
  theirs.kill('SIGTERM')
  await waitFor('our second daemon to follow Python', async () => {
    const name = await client.get(lock('b'))
    return name !== null && name !== theirName
  })
  await waitFor('Python to end', () => theirs.exitCode !== null)

  for (const queue of queues) await waitFor(`the rest of ${queue}`, () => moved(queue, 2 * SHARE), 60_000)
  const ids = [...due.keys()].sort()
  const lists = await Promise.all(queues.map((queue) => client.lrange(`rq:queue:${queue}`, 0, -1)))
  t.strictSame(lists.flat().sort(), ids, 'every job is on its list once')
  t.equal(await client.exists(...queues.map((queue) => `rq:scheduled:${queue}`)), 0)
  const early = await earlyOnes(redis, due)
  t.strictSame(early, [], 'none was moved before its time')

  await client.del('rq:suspended')
  const lines = async (): Promise<string[]> => (await readFile(file, 'utf8').catch(() => '')).trim().split('\n')
  await waitFor('all jobs to run', async () => (await lines()).length >= ids.length, 60_000)
  const finished = async (): Promise<number> =>
    (await client.zcard('rq:finished:a')) + (await client.zcard('rq:finished:b'))
  await waitFor('all to be finished', async () => (await finished()) === ids.length)
  t.strictSame((await lines()).sort(), ids, 'every job ran once')
})

const idOf = (queue: string, i: number): string => `${queue}-${i}`

/**
 * A Python worker with a scheduler, in a group of its own, ended with the test. It is what `rq worker --with-scheduler`
 * runs; that command itself does not start while workers are suspended.
 */
function startPython(t: Test, redis: TestRedis): ChildProcess {
  const code = `import sys
from redis import Redis
from rq import Worker
Worker(sys.argv[2:], connection=Redis(unix_socket_path=sys.argv[1])).work(with_scheduler=True)`
  const child = spawn(pythonPath, ['-c', code, redis.socket, ...queues], { stdio: 'ignore', detached: true })
  const closed = new Promise((resolve) => child.once('close', resolve))
  t.teardown(async () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // It has ended, and its scheduler with it.
    }
    await closed
  })
  return child
}

async function earlyOnes(redis: TestRedis, due: ReadonlyMap<string, number>): Promise<string[]> {
  const early: string[] = []
  for (const [id, sec] of due) {
    const at = Date.parse((await redis.client.hget(`rq:job:${id}`, 'enqueued_at')) ?? '')
    if (!(at >= sec * 1_000)) early.push(`${id}, due at ${sec}, at ${at}`)
  }
  return early
}
