import { readFileSync } from 'node:fs'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqd, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C12, I9: whatever lies in Redis, or a job does, hurts only itself; the daemon lives and nothing else is lost.

const data = '["arithmetic.add", null, [1, 2], {}]'

/** A job of the queue "good" is run by this daemon. */
async function works(redis: TestRedis): Promise<void> {
  const queue = new Queue('good', { connection: redis.client, taskPaths: [fixtureTasks] })
  const job = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor(`${job.id} to finish`, async () => (await job.refresh()).status === 'finished')
}

function rssMiB({ pid }: TestDaemon): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

t.test('C12 keys of another type are skipped or fail with a reason; jobs of other queues go on', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const daemon = await startDaemon(t, redis, ['-N', '1', '--lease-sec', '1', 'good', 'bad'])
  const places = [
    ...['rq:queue:bad', 'rq:wip:bad', 'rq:failed:bad', 'rq:finished:bad', 'rq:scheduled:bad', 'rq:deferred:bad'],
    ...['rq:job:odd', 'rq:results:odd', 'rq:executions:odd', 'rq:job:odd:dependents', 'rq:queue:bad:intermediate'],
    ...[
      'rq:scheduler-lock:bad',
      'rqd:webhooks',
      'rqd:cron',
      'rqd:abandoned:bad',
      'rqd:intermediate:bad',
      'rq:workers:bad',
    ],
  ]
  for (const place of places) {
    for (const hold of [() => client.set(place, '\u001bx'), () => client.xadd(place, '*', 'a', 'b')]) {
      await client.hset('rq:job:odd', { data, origin: 'bad', status: 'queued', timeout: '60' }).catch(() => undefined)
      await client.del(place)
      await hold()
      await client.rpush('rq:queue:bad', 'odd').catch(() => undefined)
      await works(redis)
      await client.del(place, 'rq:queue:bad', 'rq:job:odd')
    }
  }
  t.match(await daemon.status(), { state: 'running' })
  t.notMatch(daemon.log(), /[^\n\P{Cc}]/u, 'nothing raw in the log')
})

const rogues: Record<string, { args: unknown[]; func?: string; reason: RegExp }> = {
  'garbage on the channel': { args: [3, 0, 0, 0, 2, 0xc1, 0xc1], reason: /protocol error \(a frame of 2 bytes/ },
  'a frame of gigabytes': { args: [3, 255, 255, 255, 255], reason: /protocol error \(a frame announces 4294967295/ },
  'an answer to no question': { args: [4, 255, 255, 255, 255, 0, 0, 0, 0], reason: /protocol error \(bad lifeline/ },
  'the channel closed': { func: 'rogue.close', args: [3], reason: /Work-horse terminated unexpectedly/ },
  'much without a line': { func: 'rogue.shout', args: [4], reason: /red/ },
}

t.test('C12 a job that tampers with its executor fails for it, and nothing else does', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--max-deaths', '1', 'good', 'bad'])
  const queue = new Queue('bad', { connection: redis.client, taskPaths: [fixtureTasks] })
  for (const [what, { func = 'rogue.scribble', args, reason }] of Object.entries(rogues)) {
    const job = await queue.enqueue(func, ...args)
    await waitFor(`${what} to fail`, async () => (await job.refresh()).status === 'failed')
    t.match(job.excInfo ?? '', reason, what)
    await works(redis)
  }
  t.ok(rssMiB(daemon) < 300, `${rssMiB(daemon).toFixed(0)} MiB`)
  t.notMatch(daemon.log(), /[^\n\P{Cc}]|\u202e/u, 'nothing raw in the log')
})

t.test('C12 a configuration that leaves something running behind does not keep a refused daemon', async (t) => {
  const folder = t.testdir({ 'rqd.config.mjs': 'setInterval(() => 0, 1000); export default { queues: 5 }' })
  const { code, stderr } = await rqd(['--config', `${folder}/rqd.config.mjs`])
  t.equal(code, 2)
  t.match(stderr, /rqd\.config\.mjs: queues is 5: expected a list of queues/)
})
