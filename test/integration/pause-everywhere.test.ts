import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('C3: pause --everywhere holds for all daemons at once, and for those started later', async (t) => {
  const redis = await startRedis(t)
  const one = await startDaemon(t, redis, ['-N', '1', '--name', 'one', 'high', 'low'])
  const two = await startDaemon(t, redis, ['-N', '1', '--name', 'two', 'low'])
  const where = ['--url', redis.url]
  const queue = (name: string): Queue => new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })
  await redis.client.sadd('rq:workers', 'rq:worker:py')
  await redis.client.hset('rq:worker:py', 'birth', '2026-11-25T00:00:00.000000Z', 'state', 'idle')

  t.match(await rqctl(['pause', '--everywhere', 'low', '--socket', one.socket]), {
    code: 0,
    stdout: `Paused everywhere: low
Daemons: one, two
1 worker of Python RQ goes on: to stop it there is "rqctl suspend".
`,
    stderr: '',
  })
  // Both were waiting on it with a claim sent ahead when it was paused.
  const held = await queue('low').enqueueMany(
    Array.from({ length: 20 }, (_, i) => queue('low').prepare('arithmetic.add', 1, i)),
  )
  const other = await queue('high').enqueue('arithmetic.add', 1, 2)
  await waitFor('the open queue to be served', async () => (await other.refresh()).isFinished)
  await waitFor('both to know', async () =>
    (await Promise.all([one.status(), two.status()])).every(({ queues }) =>
      queues.every(({ name, pausedEverywhere }) => pausedEverywhere === (name === 'low')),
    ),
  )
  t.match(await one.status(), { state: 'running' })
  await waitFor('the one with no other queue to say so', async () => (await two.status()).state === 'paused')
  t.match((await rqctl(['status', '--socket', one.socket])).stdout, /^low +20 .* paused everywhere$/m)

  const three = await startDaemon(t, redis, ['-N', '1', '--name', 'three', 'low'])
  await waitFor('it to heed what was said before it was there', async () => (await three.status()).state === 'paused')
  t.equal(await redis.client.llen('rq:queue:low'), 20, 'nobody has taken anything')
  t.match(await rqctl(['resume', '--socket', one.socket]), { stdout: 'No queue is paused.\n' }, 'that is of one daemon')
  t.equal(await redis.client.llen('rq:queue:low'), 20)

  t.match(await rqctl(['resume', '--everywhere', ...where]), {
    code: 0,
    stdout: 'No queue is paused everywhere.\nDaemons: one, three, two\n',
  })
  await waitFor('all to be done', async () =>
    (await Promise.all(held.map((job) => job.refresh()))).every((job) => job.isFinished),
  )
})

t.test('C3: pause and resume --everywhere need no daemon', async (t) => {
  const redis = await startRedis(t)
  const where = ['--url', redis.url]
  t.match(await rqctl(['pause', '--everywhere', ...where]), {
    code: 0,
    stdout: 'All queues are paused everywhere.\nDaemons: none is alive now\n',
  })
  t.match(await rqctl(['resume', '--everywhere', 'low', ...where]), {
    code: 2,
    stderr: /^rqctl: all queues are paused everywhere, and low cannot be resumed alone; /,
  })
  t.match(await rqctl(['pause', '--everywhere', 'a,b', ...where]), { code: 2, stderr: /queue name "a,b"/ })
  t.match(JSON.parse((await rqctl(['resume', '--everywhere', '--json', ...where])).stdout), {
    all: false,
    queues: [],
    daemons: [],
    rqWorkers: 0,
  })
  t.match(await rqctl(['resume', '--everywhere', '--all', ...where]), { code: 2, stderr: /--everywhere and --all/ })
})
