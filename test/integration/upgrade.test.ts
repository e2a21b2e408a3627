import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { dataOf } from '../helpers/fleet.js'
import { keepDaemon } from '../helpers/kept-daemon.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

/** A folder with a task that notes its beginning and its end. */
async function notingTasks(redis: TestRedis): Promise<string> {
  const folder = join(redis.folder, 'tasks')
  await mkdir(folder)
  await writeFile(
    join(folder, 'noting.mjs'),
    `import { appendFileSync } from 'node:fs'
export async function run(file, id, ms) {
  appendFileSync(file, 'began ' + id + '\\n')
  await new Promise((resolve) => setTimeout(resolve, ms))
  appendFileSync(file, 'ended ' + id + '\\n')
}
`,
  )
  return folder
}

t.test('C4: upgrade under load: daemons are restarted one by one, and every job runs once to its end', async (t) => {
  const redis = await startRedis(t)
  const tasks = await notingTasks(redis)
  const notes = join(redis.folder, 'notes')
  const names = ['a', 'b', 'c']
  const kept = await Promise.all(
    names.map((name) => keepDaemon(t, redis, ['-N', '2', '--name', name, 'work'], { tasks })),
  )
  const queue = new Queue('work', { connection: redis.client, taskPaths: [tasks] })
  const ids: string[] = []
  let isOver = false
  const producing = (async () => {
    while (!isOver) {
      const more = Array.from({ length: 5 }, (_, i) => `job-${ids.length + i}`)
      ids.push(...more)
      await queue.enqueueMany(more.map((id) => queue.with({ jobId: id }).prepare('noting.run', notes, id, 40)))
      await waitFor('the queue to get short', async () => (await redis.client.llen('rq:queue:work')) < 20)
    }
  })()
  const { code, stdout, stderr } = await rqctl(['upgrade', '--url', redis.url])
  isOver = true
  await producing
  t.equal(code, 0, stderr)
  t.match(
    stdout,
    /^1\/3 a on \S+: drained after .*, ready again after .*\n2\/3 b on .*\n3\/3 c on .*\nAll done: 3 daemons restarted.\n$/,
  )
  t.strictSame(
    kept.map(({ all }) => all.length),
    [2, 2, 2],
  )
  for (const { all } of kept) t.match(await all[0]?.ended, { code: 0 })
  const lines = await waitFor('all jobs to end', () => {
    const found = readFileSync(notes, 'utf8').trim().split('\n')
    return found.filter((line) => line.startsWith('ended')).length >= ids.length && found
  })
  t.strictSame(
    lines.sort(),
    ids.flatMap((id) => [`began ${id}`, `ended ${id}`]).sort(),
    'each began once and ended once',
  )
  t.equal(await redis.client.exists('rqd:upgrade'), 0, 'somebody else may begin')
})

t.test('C4: upgrade stops at the first daemon that does not come back, and says how to go on', async (t) => {
  const redis = await startRedis(t)
  const one = await startDaemon(t, redis, ['-N', '1', '--name', 'one', 'work'])
  const two = await startDaemon(t, redis, ['-N', '1', '--name', 'two', 'work'])
  const plan = await rqctl(['upgrade', '--dry-run', '--url', redis.url])
  t.match(plan, {
    code: 0,
    stdout: /^Would restart, one after the other:\n1\. one on .*\n2\. two on .*\n$/,
    stderr: '',
  })
  const result = await rqctl(['upgrade', '--back-timeout', '1', '--url', redis.url])
  t.match(result, { code: 1, stdout: '' })
  t.match(
    result.stderr,
    /rqctl: stopped at one on \S+: it has not come back within 1s: look at its service manager .* go on with: rqctl upgrade --daemon two\n$/,
  )
  t.match(await one.ended, { code: 0 })
  t.match(await two.status(), { state: 'running' }, 'the others go on')
})

t.test(
  'C4: upgrade interrupts no job: where one takes too long, its daemon goes on, unless it may be handed back',
  async (t) => {
    const redis = await startRedis(t)
    const kept = await keepDaemon(t, redis, ['-N', '1', '--name', 'one', 'work'])
    const queue = new Queue('work', { connection: redis.client, taskPaths: [fixtureTasks] })
    const gate = join(redis.folder, 'gate')
    const job = await queue.enqueue('gate.wait', gate)
    await waitFor('the job to run', async () => (await job.refresh()).isStarted)
    const refused = await rqctl(['upgrade', '--drain-timeout', '1', '--json', '--url', redis.url])
    t.equal(refused.code, 1)
    t.match(JSON.parse(refused.stdout), {
      done: [],
      stopped: { name: 'one', error: /jobs were still running there after 1s, so it goes on as before/ },
      left: [],
    })
    t.match(await kept.now().status(), { state: 'running', executors: [{ jobId: job.id }] })
    t.equal(kept.all.length, 1)

    // Over its own socket: it is this daemon that is restarted, and the next one that tells of it.
    const handed = rqctl(['upgrade', '--drain-timeout', '1', '--hand-back', '--url', redis.url])
    await waitFor('another daemon to have the job', async () => {
      return (
        kept.all.length === 2 &&
        (
          await kept
            .now()
            .status()
            .catch(() => undefined)
        )?.executors[0]?.jobId === job.id
      )
    })
    t.match(await handed, { code: 0, stdout: /1 job handed back, ready again/ })
    await writeFile(gate, '')
    await waitFor('the job to end', async () => (await job.refresh()).isFinished)
  },
)

t.test('C4: of two upgrades at a time one is refused', async (t) => {
  const redis = await startRedis(t)
  const kept = await keepDaemon(t, redis, ['-N', '1', '--name', 'one', 'work'])
  const queue = new Queue('work', { connection: redis.client, taskPaths: [fixtureTasks] })
  const gate = join(redis.folder, 'gate')
  const job = await queue.enqueue('gate.wait', gate)
  await waitFor('the job to run', async () => (await job.refresh()).isStarted)
  const first = rqctl(['upgrade', '--url', redis.url])
  await kept.now().logged('daemon draining')
  t.match(await rqctl(['upgrade', '--url', redis.url]), {
    code: 1,
    stdout: '',
    stderr: /are being restarted one by one by \S+@\S+ pid \d+; wait for that to end/,
  })
  await writeFile(gate, '')
  t.match(await first, { code: 0 })
})

t.test(
  'C4: upgrade works through the socket of a daemon that is restarted, and refuses those without orders',
  async (t) => {
    const redis = await startRedis(t)
    const socket = join(redis.folder, 'own.sock')
    const kept = await keepDaemon(t, redis, ['-N', '1', '--socket', socket, 'work'])
    t.match(await rqctl(['upgrade', '--socket', socket]), { code: 0, stdout: /All done: 1 daemon restarted/ })
    t.equal(kept.all.length, 2, 'its made-up name has changed, and it was known by its host and queues')
    await startDaemon(t, redis, ['-N', '1', '--name', 'deaf', '--no-fleet-orders', 'other'])
    t.match(await rqctl(['upgrade', '--url', redis.url]), {
      code: 1,
      stderr: /nothing was done: the daemon "deaf" on \S+ takes no orders through Redis/,
    })
    const { daemons } = await dataOf(redis).call('daemons', {})
    t.match(
      daemons.map(({ state }) => state),
      ['running', 'running'],
    )
  },
)
