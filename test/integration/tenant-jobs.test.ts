import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Job, Queue, Worker } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

async function ended(job: Job): Promise<unknown> {
  await waitFor('the job to end', async () => ['finished', 'failed'].includes((await job.refresh()).status ?? ''))
  t.equal(job.excInfo, undefined)
  return job.result
}

/** What jobs wrote down, in any order. */
function notes(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').sort() : []
}

t.test('a function enqueues for its own tenant, in an executor that serves all', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--tenants', 'ann,bob', 'work'])
  const file = join(redis.folder, 'notes')
  for (const name of ['ann', 'bob', 'ann']) {
    const prefix = `{${name}}:rq`
    const queue = new Queue('work', { connection: redis.client, prefix })
    const job = await queue.enqueueCall({
      func: 'offspring.raise',
      args: [redis.socket, file],
      onSuccess: 'offspring.called',
    })
    t.strictSame(await ended(job), [name, prefix, job.id])
  }
  await waitFor('the callbacks and children', () => notes(file).length === 6)
  t.strictSame(notes(file), [
    '["callback","ann","{ann}:rq",true]',
    '["callback","ann","{ann}:rq",true]',
    '["callback","bob","{bob}:rq",true]',
    '["child","ann","{ann}:rq"]',
    '["child","ann","{ann}:rq"]',
    '["child","bob","{bob}:rq"]',
  ])
  t.strictSame(await redis.client.keys('rq:*'), [], 'nothing lies where jobs without a tenant do')
})

t.test('the callback of a stopped job knows whose it is', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--tenants', 'ann,bob', 'work'])
  const file = join(redis.folder, 'notes')
  const queue = new Queue('work', { connection: redis.client, prefix: '{bob}:rq' })
  const job = await queue.enqueueCall({ func: 'offspring.wait', args: [file], onStopped: 'offspring.called' })
  await waitFor('it to run', async () => (await job.refresh()).isStarted)
  await job.stop()
  await waitFor('the callback', () => notes(file).length > 0)
  t.strictSame(notes(file), ['["callback","bob","{bob}:rq",true]'])
})

for (const prefix of ['rq', '{shop}:rq']) {
  t.test(`without tenants, a job knows the prefix ${prefix} and no tenant`, async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', '--prefix', prefix, 'work'])
    const file = join(redis.folder, 'notes')
    const queue = new Queue('work', { connection: redis.client, prefix })
    const args = [redis.socket, file]
    const job = await queue.enqueueCall({ func: 'offspring.raise', args, onSuccess: 'offspring.called' })
    t.strictSame(await ended(job), [null, prefix, job.id])
    await waitFor('the callback and the child', () => notes(file).length === 2)
    t.strictSame(notes(file), [`["callback",null,"${prefix}",true]`, `["child",null,"${prefix}"]`])
  })

  t.test(`in a worker of one's own, a job knows the prefix ${prefix}`, async (t) => {
    const redis = await startRedis(t)
    const file = join(redis.folder, 'notes')
    const queue = new Queue('work', { connection: redis.client, prefix })
    await queue.enqueue('offspring.raise', redis.socket, file)
    const worker = new Worker(['work'], { connection: redis.client, prefix, taskPaths: [fixtureTasks] })
    t.equal(await worker.work({ burst: true }), 2)
    t.strictSame(notes(file), [`["child",null,"${prefix}"]`])
  })
}

t.test('a tenant is shown that it shares its executors, and nobody else is', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'shared', '--tenants', 'ann', 'work'])
  await startDaemon(t, redis, ['-N', '1', '--name', 'alone', '--prefix', '{ann}:rq', 'work'])
  const shown = await waitFor('both to tell of themselves', async () => {
    const { stdout } = await rqctl(['daemons', '--json', '--url', redis.url, '--tenant', 'ann'])
    const daemons = JSON.parse(stdout) as { name: string; state: string; sharesExecutors: boolean }[]
    return daemons.filter(({ state }) => state === 'running').length === 2 && daemons
  })
  t.strictSame(Object.fromEntries(shown.map(({ name, sharesExecutors }) => [name, sharesExecutors])), {
    shared: true,
    alone: false,
  })
})
