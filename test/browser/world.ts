import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Job, Queue } from '../../src/index.js'
import { type TestDaemon, fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { type TestDashboard, startDashboard } from '../helpers/dashboard.js'
import { Factory } from '../helpers/factory.js'
import { python, withoutPythonRq } from '../helpers/python.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

/** Text that would do something in a page that believed it. */
const markup = [
  '<script>pwned()</script>',
  '"><img src=x onerror=pwned()>',
  "'`</title></textarea></style><svg onload=pwned()>",
  '<a href="javascript:pwned()">x</a>',
].join(' ')

/** The same, and what would do something on a terminal, or to the eyes of a reader. */
export const evil = `${markup} \u202egnirts\u0007\u001b[31m`

/** A daemon with a dashboard beside it, and jobs of all kinds that have come to their ends. */
export interface World {
  readonly redis: TestRedis
  readonly daemon: TestDaemon
  readonly dashboard: TestDashboard
  readonly queue: Queue
  /** Ids of jobs, by what is special about them. */
  readonly jobs: Readonly<Record<'json' | 'failed' | 'evil' | 'undecodable' | 'pickled' | 'waiting', string>>
}

/** Start one. */
export async function startWorld(t: Test): Promise<World> {
  const redis = await startRedis(t)
  const make = new Factory(redis.client)
  const config = join(redis.folder, 'rqd.config.json')
  const cron = [
    { name: `yearly ${markup}`, schedule: '0 0 1 1 *', func: 'arithmetic.add', args: [1, 2], queue: 'default' },
  ]
  await writeFile(config, JSON.stringify({ queues: ['default'], executors: 1, cron }))
  const queue = new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
  const [daemon, dashboard] = await Promise.all([startDaemon(t, redis, ['--config', config]), startDashboard(t, redis)])
  const json = await queue.with({ description: 'adds' }).enqueue('arithmetic.add', 1, 2)
  const failed = await queue.with({ description: evil, meta: { [evil]: evil } }).enqueue('thrower.fail', evil)
  // Of every field, what a hostile producer might write into it.
  const fields = {
    description: evil,
    data: JSON.stringify([evil, null, [evil, { [evil]: [evil] }], { [evil]: evil }]),
    meta: JSON.stringify({ [evil]: evil }),
    timeout: evil,
    worker_name: evil,
    exc_info: evil,
    created_at: evil,
    result_ttl: evil,
  }
  await make.enqueue(`evil ${evil}`, { queue: 'default', fields })
  await make.enqueue('waiting', { queue: `q ${evil}`, fields: { description: evil } })
  await make.enqueue('undecodable', { queue: 'default' })
  await redis.client.hset('rq:job:undecodable', 'data', Buffer.from([0x80, 4, 0x95, 0xff, 0xff, 0x2e]))
  await queue.with({ jobId: 'later', description: evil }).enqueueIn('1h', 'arithmetic.add', 1, 2)
  await make.register(evil, { queues: [evil] })
  const pickled = withoutPythonRq
    ? json.id
    : await python<string>(
        redis,
        `queue = Queue('default', connection=redis)
job = queue.enqueue('arithmetic.describe', {'text': sys.argv[1], 'set': {1, 2}}, [1.5, None], description='pickled')
queue.enqueue('thrower.fail', '<img src=x onerror=pwned()>')
print(json.dumps(job.id))`,
      )
  const jobs = {
    json: json.id,
    failed: failed.id,
    evil: `evil ${evil}`,
    undecodable: 'undecodable',
    pickled,
    waiting: 'waiting',
  }
  await waitFor('the jobs to end', async () => (await redis.client.llen('rq:queue:default')) === 0)
  const ended = [jobs.json, jobs.failed, jobs.undecodable, jobs.pickled]
  for (const id of ended) {
    await waitFor(`job ${id} to end`, async () => {
      const { status } = await Job.fetch(id, { connection: redis.client })
      return status === 'finished' || status === 'failed'
    })
  }
  return { redis, daemon, dashboard, queue, jobs }
}
