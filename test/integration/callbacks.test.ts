import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { encodeMeta } from '../../src/job/meta.js'
import { callback, Job, Queue } from '../../src/index.js'
import { startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { Factory } from '../helpers/factory.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// J21: callbacks run in the executor that ran the job, under limits of their own.

interface Ended {
  status: string
  excInfo: string
}

/** Enqueue a job with such fields and wait for its end. */
async function runJob(redis: TestRedis, id: string, call: unknown[], fields: Record<string, string>): Promise<Ended> {
  const make = new Factory(redis.client)
  const [func, ...args] = call
  const meta = String(Buffer.from(encodeMeta({ file: join(redis.folder, 'calls') }, 'json') ?? ''))
  const data = JSON.stringify([func, null, args, {}])
  await make.enqueue(id, { queue: 'default', fields: { data, meta, ...fields } })
  const status = await waitFor(`${id} to end`, async () => {
    const now = await redis.client.hget(make.keys.job(id), 'status')
    return now === 'finished' || now === 'failed' ? now : undefined
  })
  const { excInfo = '' } = await jobOf(redis, id)
  return { status, excInfo }
}

async function jobOf(redis: TestRedis, id: string): Promise<{ excInfo: string | undefined }> {
  return Job.fetch(id, { connection: redis.client })
}

async function calls(redis: TestRedis): Promise<unknown[]> {
  const text = await readFile(join(redis.folder, 'calls'), 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

t.test('J21: both kinds of callback are called in the executor', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const names = { success_callback_name: 'callbacks.success', failure_callback_name: 'callbacks.failure' }
  t.match(await runJob(redis, 'good', ['arithmetic.add', 1, 2], names), { status: 'finished' })
  t.match(await runJob(redis, 'bad', ['thrower.fail', 'at night'], names), { status: 'failed' })
  t.match(await calls(redis), [
    ['success', 'good', 'arithmetic.add', [1, 2], 3, 'good'],
    ['failure', 'bad', 'ShopClosed', 'at night'],
  ])
  const refused = await runJob(redis, 'refused', ['arithmetic.add', 1, 2], {
    success_callback_name: 'callbacks.refuse',
  })
  t.match(refused, { status: 'failed', excInfo: /^Error: refused/ })
})

t.test('J21: a callback that blocks its executor is ended at its limit, and the job keeps its error', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const spin = { success_callback_name: 'callbacks.spin', success_callback_timeout: '1' }
  const good = await runJob(redis, 'good', ['arithmetic.add', 1, 2], spin)
  t.equal(good.status, 'failed')
  t.match(good.excInfo, /^In the success callback, after the function had returned:\nrq\.timeouts\.JobTimeoutException/)
  t.match(good.excInfo, /maximum timeout value \(1 seconds\)/)
  const leave = { failure_callback_name: 'callbacks.leave' }
  const bad = await runJob(redis, 'bad', ['thrower.fail', 'at night'], leave)
  t.match(bad.excInfo, /^ShopClosed: at night[^]*The failure callback did not come to an end:\nWork-horse terminated/)
  t.match(await runJob(redis, 'next', ['arithmetic.add', 1, 2], {}), { status: 'finished' })
})

/** Enqueue a job that runs until it is stopped, stop it, and wait until that is stored. */
async function stopJob(
  redis: TestRedis,
  func: string,
  onStopped: Parameters<typeof callback>[0],
  timeout = 60,
): Promise<Job> {
  const file = join(redis.folder, 'calls')
  const queue = new Queue('default', { connection: redis.client })
  const args = func === 'self.saveAndWait' ? ['half', join(redis.folder, 'never')] : []
  const job = await queue.enqueueCall({ func, args, meta: { file }, onStopped: callback(onStopped, { timeout }) })
  await waitFor(
    'the job to run',
    async () => (await job.refresh()).isStarted && (args.length === 0 || 'saved' in job.meta),
  )
  await job.stop()
  await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
  return job
}

async function goesOn(redis: TestRedis): Promise<void> {
  const next = await new Queue('default', { connection: redis.client }).enqueue('arithmetic.add', 1, 2)
  await waitFor('the next job', async () => (await next.refresh()).isFinished)
}

t.test('J21, J4: the stopped callback is called with the job, wherever there is room', async (t) => {
  for (const args of [
    ['-N', '1', '--spares', '0'],
    ['-N', '2', '--concurrency', '2'],
  ]) {
    const redis = await startRedis(t)
    await startDaemon(t, redis, [...args, 'default'])
    for (const func of ['self.saveAndWait', 'spinner.spin', 'self.obedient']) {
      const job = await stopJob(redis, func, 'callbacks.stopped')
      const saved = func === 'self.saveAndWait' ? 'half' : null
      const call = await waitFor('the call', async () =>
        (await calls(redis)).find((each) => String(each).includes(job.id)),
      )
      t.match(call, ['stopped', job.id, func, job.args, saved])
      t.equal((await job.results()).length, 1, 'it ended once')
    }
    await goesOn(redis)
  }
})

t.test('J21: what goes wrong in a stopped callback is logged, and is no matter of the job', async (t) => {
  const redis = await startRedis(t)
  const daemon: TestDaemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  for (const [name, why] of [
    ['callbacks.refuse', 'refused'],
    ['a_python_module.on_stopped', 'a_python_module'],
    ['callbacks.spin', 'timeout'],
    ['callbacks.leave', 'exit code 3'],
  ] as const) {
    const job = await stopJob(redis, 'self.obedient', name, why === 'timeout' ? 1 : 60)
    await daemon.logged(`callback=${name}`)
    const line = daemon
      .log()
      .split('\n')
      .find((each) => each.includes(`callback=${name}`))
    t.match(line, /a stopped callback failed, or was not called/)
    t.ok(line?.includes(why), String(line))
    t.match(await job.refresh(), { status: 'stopped', excInfo: /^Job stopped by user, work-horse terminated\./ })
    t.equal((await job.results()).length, 1)
  }
  await goesOn(redis)
})

t.test('J21: a daemon that is told to end calls the stopped callback before', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--spares', '0', 'default'])
  const job = await stopJob(redis, 'spinner.spin', 'callbacks.stopped')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
  t.match(await calls(redis), [['stopped', job.id, 'spinner.spin', [], null]])
})

t.test('J21: the stopped callback of a job that nobody stopped is not called', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const names = { stopped_callback_name: 'callbacks.stopped' }
  t.match(await runJob(redis, 'good', ['arithmetic.add', 1, 2], names), { status: 'finished' })
  t.match(await runJob(redis, 'bad', ['thrower.fail', 'x'], names), { status: 'failed' })
  await goesOn(redis)
  t.strictSame(await calls(redis), [])
})
