import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Job, Queue, Worker } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { isRunning } from '../helpers/processes.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C3: scale and restart-executors, as an operator meets them.

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

async function workerNames(redis: TestRedis): Promise<string[]> {
  const workers = await Worker.all({ connection: redis.client })
  return workers.map(({ name }) => name).sort()
}

async function pids(daemon: TestDaemon): Promise<number[]> {
  const { executors } = await daemon.status()
  return executors.flatMap(({ pid }) => (pid === null ? [] : [pid]))
}

t.test('C3: scale: more executors are warm and registered when it answers, fewer end after their jobs', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'web', 'default'])
  const gate = join(redis.folder, 'gate')
  const grown = await rqctl(['scale', '3', '--socket', daemon.socket])
  t.match(grown, { code: 0, stdout: /^3 executors after \S+, 1 before\.\n$/, stderr: /ready/ })
  t.same(await workerNames(redis), ['web', 'web.2', 'web.3'])
  t.same(
    (await daemon.status()).executors.map(({ state }) => state),
    ['idle', 'idle', 'idle'],
  )
  const jobs: Job[] = []
  for (let i = 0; i < 3; i++) jobs.push(await queueOn(redis).enqueue('gate.wait', gate))
  await waitFor('all three to run a job', async () => {
    const { executors } = await daemon.status()
    return executors.every(({ state }) => state === 'busy')
  })
  const shrunk = await rqctl(['scale', '1', '--socket', daemon.socket])
  t.match(shrunk, { code: 0, stdout: /^1 executor after \S+, 3 before\.\n2 old executors end after their jobs\.\n$/ })
  t.same(await workerNames(redis), ['web', 'web.2', 'web.3'], 'those that end a job are workers still')
  const { executors } = await daemon.status()
  t.same(executors.map(({ state }) => state).sort(), ['busy', 'stopping', 'stopping'])
  // A stop-job reaches a job in a slot that was given up.
  const leaving = executors.find(({ state }) => state === 'stopping')
  const stopped = await rqctl(['stop-job', leaving?.jobId ?? '', '--url', redis.url])
  t.equal(stopped.code, 0, stopped.stderr)
  const told = jobs.find(({ id }) => id === leaving?.jobId)
  await waitFor('that job to be stopped', async () => (await told?.refresh())?.isStopped)
  writeFileSync(gate, '')
  await waitFor('their workers to go', async () => (await workerNames(redis)).length === 1)
  await waitFor('all jobs to end', async () => {
    for (const job of jobs) await job.refresh()
    return jobs.every(({ status }) => status === 'finished' || status === 'stopped')
  })
  t.same(jobs.map(({ status }) => status).sort(), ['finished', 'finished', 'stopped'])
  t.match((await daemon.status()).counters, { handedBack: 0, executorDeaths: 0 })
  t.match(await redis.client.hget('rq:worker:web.3', 'death'), /^\d{4}-/)
  const again = await rqctl(['scale', '1', '--json', '--socket', daemon.socket])
  t.match(JSON.parse(again.stdout), { executors: 1, was: 1, ending: 0 })
})

t.test('C3: scale --wait says what it waits for, and answers when the executors too many are gone', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '2', '--name', 'web', '--spares', '0', 'default'])
  const gate = join(redis.folder, 'gate')
  for (let i = 0; i < 2; i++) await queueOn(redis).enqueue('gate.wait', gate)
  await waitFor('both to run', async () => (await daemon.status()).executors.every(({ state }) => state === 'busy'))
  const before = await pids(daemon)
  const scaled = rqctl(['scale', '1', '--wait', '--socket', daemon.socket])
  await waitFor('one to end its job only', async () =>
    (await daemon.status()).executors.some(({ state }) => state === 'stopping'),
  )
  writeFileSync(gate, '')
  t.match(await scaled, { code: 0, stdout: /^1 executor after/, stderr: /waiting for 1 running job\n/ })
  t.equal((await workerNames(redis)).length, 1)
  t.equal(before.filter(isRunning).length, 1)
})

t.test('C3: scale: a name that somebody has taken, or a number that is none, changes nothing', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'web', 'default'])
  await startDaemon(t, redis, ['-N', '1', '--name', 'web.2', 'default'])
  t.match(await rqctl(['scale', '2', '--socket', daemon.socket]), {
    code: 1,
    stderr: /a live worker is already called "web\.2"/,
  })
  t.equal((await daemon.status()).executors.length, 1)
  for (const count of ['0', '-1', 'two', '1.5', '1001', '']) {
    const refused = await rqctl(['scale', '--socket', daemon.socket, '--', count])
    t.match(refused, { code: 2, stderr: /expected a whole number from 1 to 1000/ }, count)
  }
})

t.test('C3: restart-executors: each is replaced by one that is ready; no job is interrupted', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '2', 'default'])
  const gate = join(redis.folder, 'gate')
  const long = await queueOn(redis).enqueue('gate.wait', gate)
  await daemon.logged('job started')
  const before = await pids(daemon)
  const restarted = await rqctl(['restart-executors', '--socket', daemon.socket])
  t.match(restarted, {
    code: 0,
    stdout: /^Replaced 2 executors after \S+\.\n1 old executor ends after its job\.\n$/,
    stderr: /0 of 2 executors ready\n/,
  })
  const { executors } = await daemon.status()
  const serving = executors.filter(({ state }) => state !== 'recycling')
  t.same(
    serving.map(({ pid, state }) => [before.includes(pid ?? 0), state]),
    [
      [false, 'idle'],
      [false, 'idle'],
    ],
  )
  t.match(
    executors.find(({ state }) => state === 'recycling'),
    { jobId: long.id, recycling: 'restart' },
  )
  const next = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
  await waitFor('the queue to go on', async () => (await next.refresh()).status === 'finished')
  writeFileSync(gate, '')
  await waitFor('the long job to end', async () => (await long.refresh()).status === 'finished')
  await waitFor('the old executors to be gone', () => !before.some(isRunning))
  t.match((await daemon.status()).counters, { finished: 2, handedBack: 0, retried: 0, executorDeaths: 0 })
  const { recycled } = (await daemon.status()).executors[0] ?? {}
  t.match(recycled, { restart: 1 })
})

t.test('C3: restart-executors: where new ones do not start, the old ones go on, and it says why', async (t) => {
  const redis = await startRedis(t)
  const fickle = join(redis.folder, 'fickle')
  const args = ['-N', '2', '--preload', 'fickle', 'default']
  const daemon = await startDaemon(t, redis, args, { env: { RQD_TEST_FICKLE: fickle } })
  const before = await pids(daemon)
  writeFileSync(fickle, '')
  t.match(await rqctl(['restart-executors', '--socket', daemon.socket]), {
    code: 1,
    stderr: /new executors do not start .*the licence server is away.*0 of 2 are replaced, the others go on/,
  })
  t.same(await pids(daemon), before)
  const job = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
  await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
  // Growing fails in the same way, and leaves no worker behind.
  t.match(await rqctl(['scale', '3', '--socket', daemon.socket]), { code: 1, stderr: /there are 2 as before/ })
  await waitFor('its worker to go', async () => (await workerNames(redis)).length === 2)
})

t.test('C3: a stop in the middle of a change ends both', async (t) => {
  const redis = await startRedis(t)
  const fickle = join(redis.folder, 'fickle')
  const args = ['-N', '1', '--preload', 'fickle', 'default']
  const daemon = await startDaemon(t, redis, args, { env: { RQD_TEST_FICKLE: fickle } })
  writeFileSync(fickle, '')
  const changes = [1, 2].map(() => rqctl(['restart-executors', '--socket', daemon.socket]))
  await daemon.logged('the next start is delayed')
  daemon.signal('SIGTERM')
  const { code, stderr } = await daemon.ended
  t.equal(code, 0, stderr)
  for (const change of await Promise.all(changes)) t.not(change.code, 0)
  t.same(await workerNames(redis), [])
})
