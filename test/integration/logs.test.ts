import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ControlClient } from '../../daemon/control/client.js'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C7: rqctl logs.

const open = (file: string): Promise<void> => writeFile(file, '')

function queueOn(redis: TestRedis): Queue {
  return new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
}

for (const concurrency of ['1', '3']) {
  t.test(`C7: logs -f shows what a job prints as it does, concurrency ${concurrency}`, async (t) => {
    const redis = await startRedis(t)
    const daemon = await startDaemon(t, redis, ['-N', '1', '--concurrency', concurrency, 'default'])
    const file = join(redis.folder, 'gate')
    const job = await queueOn(redis).enqueue('talker.chat', 'ann', file)
    const logs = (...args: string[]) => rqctl(['logs', '--socket', daemon.socket, '--url', redis.url, ...args])
    let soFar = ''
    await waitFor('the first lines', async () => {
      soFar = (await logs(job.id)).stdout
      return soFar.includes('child')
    })
    t.equal(soFar, "ann says ä\nann's child\n")
    const following = logs(job.id, '-f')
    await open(file)
    const { code, stdout, stderr } = await following
    t.same(
      { code, stdout, stderr },
      {
        code: 0,
        stdout: "ann says ä\nann's child\nann is done\n",
        stderr: 'ann complains\n',
      },
    )
    const kept = JSON.parse((await logs(job.id, '--json')).stdout) as object
    t.match(kept, { jobId: job.id, source: 'daemon', state: 'ended', missedBytes: 0 })
  })
}

t.test('each of many short jobs has its own lines, though they run one right after the other', async (t) => {
  const redis = await startRedis(t)
  const file = join(redis.folder, 'gate')
  await open(file)
  const queue = queueOn(redis)
  const names = Array.from({ length: 40 }, (_, i) => `job-${i}`)
  const jobs = await queue.enqueueMany(names.map((name) => ({ func: 'talker.twice', args: [name, 0], jobId: name })))
  const daemon = await startDaemon(t, redis, ['-N', '2', 'default'])
  await waitFor('all jobs', async () => (await jobs.at(-1)!.refresh()).isFinished && (await queue.count()) === 0)
  await waitFor('all results', async () => (await daemon.status()).counters.finished === names.length)
  const client = await ControlClient.connect(daemon.socket, { timeoutMs: 10_000 })
  t.teardown(() => client.close())
  for (const name of names) {
    const { state, pieces } = await client.call('logs', { jobId: name })
    t.same([state, pieces], ['ended', [{ stream: 'stdout', text: `${name} begins\n${name} ends\n` }]])
  }
})

t.test('the last lines stay with a failure, when the daemon is gone too', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const queue = queueOn(redis)
  const job = await queue.enqueue('talker.rant', 30)
  const quiet = await queue.enqueue('arithmetic.add', 1, 2)
  await waitFor('both jobs', async () => (await job.refresh()).isFailed && (await quiet.refresh()).isFinished)
  daemon.signal('SIGTERM')
  await daemon.ended
  const result = await job.latestResult()
  t.equal(result?.output.length, 20)
  t.equal(result?.output.at(-1), 'line 30')
  t.notMatch(job.excInfo, /line 30/)
  const logs = (...args: string[]) => rqctl(['logs', '--socket', daemon.socket, '--url', redis.url, ...args])
  const found = await logs(job.id)
  t.equal(found.code, 0)
  t.match(found.stdout, /^line 11\n[\s\S]*line 30\n$/)
  const none = await logs(quiet.id)
  t.same([none.code, none.stdout], [0, ''])
  t.match(none.stderr, /nothing that this job has printed is kept; it is finished/)
  const missing = await logs('missing')
  t.equal(missing.code, 1)
  t.match(missing.stderr, /No such job: "missing"/)
})

t.test('a job that ends its process right after a line has that line in its record', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const job = await queueOn(redis).enqueue('talker.last', 'culprit')
  await waitFor('its end', async () => (await job.refresh()).isFailed)
  t.same((await job.latestResult())?.output, ['culprit was here'])
  const { stdout } = await rqctl(['logs', job.id, '--socket', daemon.socket, '--url', redis.url])
  t.equal(stdout, 'culprit was here\n')
})

t.test('what a daemon has not kept is looked for in its own Redis, which nobody has to name', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const missing = await rqctl(['logs', 'missing', '--socket', daemon.socket])
  t.equal(missing.code, 1)
  t.match(missing.stderr, /No such job: "missing"/)
})
