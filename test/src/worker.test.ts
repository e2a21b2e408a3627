import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/queue.js'
import { createKeys } from '../../src/redis/keys.js'
import { Worker, type WorkerOptions } from '../../src/worker.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const { client } = await startRedis(t)
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const queue = (name = 'default'): Queue => new Queue(name, { connection: client, taskPaths: [fixtureTasks] })
const worker = (queues: string | string[] = 'default', options: Partial<WorkerOptions> = {}): Worker =>
  new Worker(queues, { connection: client, taskPaths: [fixtureTasks], ...options })

void t.test('burst runs what waits, the better queue first, and leaves no trace of itself', async (t) => {
  const low = await queue('low').enqueue('arithmetic.add', 1, 2)
  const bad = await queue('low').enqueue('thrower.fail', 'x')
  const high = await queue('high').enqueue('arithmetic.add', 3, 4)
  t.equal(await worker(['high', 'low'], { name: 'mine' }).work({ burst: true }), 3)
  for (const job of [low, bad, high]) await job.refresh()
  t.match(low, { status: 'finished', result: 3, workerName: 'mine' })
  t.match(bad, { status: 'failed', excInfo: /ShopClosed: x/ })
  t.ok(high.endedAt! <= low.startedAt!)
  t.strictSame(await client.smembers(keys.workers), [])
  t.strictSame(await client.keys('rqd:*'), [])
})

void t.test('it ends after maxJobs and can work again', async (t) => {
  for (let i = 0; i < 5; i++) await queue().enqueue('arithmetic.nothing')
  const one = worker()
  t.equal(await one.work({ maxJobs: 2 }), 2)
  t.equal(await client.llen(keys.queue('default')), 3)
  t.equal(await one.work({ burst: true, maxJobs: 10 }), 3)
})

void t.test('without burst it wakes up for a job that is pushed, and ends when it is asked to', async (t) => {
  const one = worker('default', { name: 'mine' })
  const worked = one.work()
  await waitFor('the worker to register', async () => (await client.sismember(keys.workers, keys.worker('mine'))) === 1)
  await t.rejects(one.work(), { code: 'RQD_BAD_OPTION', message: 'worker mine works already' })
  await t.rejects(worker('default', { name: 'mine' }).work(), { code: 'RQD_NAME_TAKEN' })
  const gate = join(t.testdir(), 'gate')
  const job = await queue().enqueue('gate.wait', gate)
  await waitFor('the job to be shown', async () => (await client.zcard(keys.started('default'))) === 1)
  t.match(await client.hgetall(keys.worker('mine')), { state: 'busy', current_job: job.id })
  one.requestStop()
  await writeFile(gate, '')
  t.equal(await worked, 1, 'the running job ends first')
  t.equal((await job.refresh()).status, 'finished')
})

void t.test('retries without an interval are run in the same burst', async (t) => {
  await new Factory(client).enqueue('again', {
    queue: 'default',
    fields: { data: '["thrower.fail", null, ["x"], {}]', retries_left: '2' },
  })
  t.equal(await worker().work({ burst: true }), 3)
  t.match(await client.hgetall(keys.job('again')), { status: 'failed', retries_left: '0' })
})

void t.test('J21, J20: callbacks are called, and a repeat without an interval runs again', async (t) => {
  const fields = { data: '["arithmetic.add", null, [1, 2], {}]', repeats_left: '2' }
  await new Factory(client).enqueue('twice', { queue: 'default', fields })
  t.equal(await worker().work({ burst: true }), 3)
  t.match(await client.hgetall(keys.job('twice')), { status: 'finished', repeats_left: '0' })
  const refused = { ...fields, repeats_left: '0', success_callback_name: 'callbacks.refuse' }
  await new Factory(client).enqueue('refused', { queue: 'default', fields: refused })
  t.equal(await worker().work({ burst: true }), 1)
  t.match(await client.hgetall(keys.job('refused')), { status: 'failed' })
})

void t.test('J12, J21: it ends a job that is stopped, calls the stopped callback, and goes on', async (t) => {
  const file = join(await mkdtemp(join(tmpdir(), 'rqd-test-')), 'calls')
  t.teardown(() => rm(dirname(file), { recursive: true }))
  const worked = worker('default', { name: 'mine' }).work({ maxJobs: 3 })
  const onStopped = 'callbacks.stopped'
  // The one heeds its signal; the other does not, and nobody waits for it.
  const funcs = ['self.obedient', 'gate.wait']
  const never = join(dirname(file), 'gate')
  for (const func of funcs) {
    const job = await queue().enqueueCall({ func, args: [never], meta: { file }, onStopped, retry: { max: 3 } })
    await waitFor('the job to run', async () => (await job.refresh()).isStarted)
    await job.stop()
    await waitFor('the job to be stopped', async () => (await job.refresh()).isStopped)
    t.match(job.excInfo, /^Job stopped by user/)
    await waitFor('the call', async () => (await readFile(file, 'utf8').catch(() => '')).includes(job.id))
  }
  await writeFile(never, '')
  const next = await queue().enqueue('arithmetic.add', 1, 2)
  t.equal(await worked, 3)
  t.equal((await next.refresh()).status, 'finished')
})

void t.test('W17: it ends when it is told to shut down', async (t) => {
  const worked = worker('default', { name: 'mine' }).work()
  const tell = (command: string): Promise<number> =>
    client.publish(keys.workerCommands('mine'), JSON.stringify({ command }))
  await waitFor('it to listen', async () => (await tell('kill-horse')) === 1)
  await tell('shutdown')
  t.equal(await worked, 0)
})

void t.test('a job that cannot be read fails, and the worker goes on', async (t) => {
  const make = new Factory(client)
  await make.enqueue('odd', { queue: 'default', fields: { timeout: 'soon' } })
  const next = await queue().enqueue('arithmetic.add', 1, 2)
  t.equal(await worker().work({ burst: true }), 2)
  t.match(await make.job('odd'), { status: 'failed', rqd_unreadable_timeout: 'soon' })
  t.equal((await next.refresh()).status, 'finished')
})

void t.test('jobs of a worker that died are taken over', async (t) => {
  const make = new Factory(client)
  await make.register('dead', { queues: ['default'], leaseMs: 1 })
  await queue().enqueueCall({ func: 'arithmetic.add', args: [1, 2], jobId: 'left' })
  await make.claim('dead', ['default'])
  await waitFor('the lease to run out', async () => (await make.store.expiredSupervisors()).includes('dead'))
  t.equal(await worker().work({ burst: true }), 1)
  t.match(await make.job('left'), { status: 'finished' })
})

void t.test('what it is made with is checked', async (t) => {
  t.throws(() => worker([]), { code: 'RQD_BAD_OPTION', message: /needs a queue/ })
  t.throws(() => worker('a,b'), { code: 'RQD_BAD_OPTION' })
  await t.rejects(worker().work({ maxJobs: 0 }), {
    code: 'RQD_BAD_OPTION',
    message: 'maxJobs is 0; expected a number from 1',
  })
})
