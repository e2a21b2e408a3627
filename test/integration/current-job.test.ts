import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { getCurrentJob, type Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

async function finished(job: Job): Promise<unknown> {
  await waitFor('the job to end', async () => ['finished', 'failed'].includes((await job.refresh()).status ?? ''))
  t.equal(job.excInfo, undefined)
  return job.result
}

t.test('J14: there is no current job outside of one', (t) => {
  t.equal(getCurrentJob(), undefined)
  t.end()
})

for (const serializer of ['json', 'pickle'] as const) {
  t.test(`J14: a job knows itself behind await, in ${serializer}`, async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', 'default'])
    const queue = new Queue('default', { connection: redis.client, serializer })
    const job = await queue.enqueueCall({
      func: 'self.tell',
      args: [1, 'two'],
      kwargs: { three: 3 },
      meta: { who: 'me' },
      jobTimeout: 77,
    })
    const told = (await finished(job)) as Record<string, unknown>
    t.match(told, { id: job.id, origin: 'default', timeoutSec: 77, funcName: 'self.tell', given: 3 })
    t.match(told, { args: [1, 'two'], kwargs: { three: 3 }, meta: { who: 'me' } })
    t.match(told, { same: true, aborted: false, outside: true })
    t.equal((await job.latestResult())?.executionId, told['executionId'])
  })

  t.test(`J13: what a job saves is there while it runs, in its own format (${serializer})`, async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', 'default'])
    const queue = new Queue('default', { connection: redis.client, serializer })
    const file = join(redis.folder, 'gate')
    const job: Job = await queue.enqueue('self.saveAndWait', { percent: 50 }, file)
    await waitFor('the meta of a running job', async () => (await job.refresh()).isStarted && 'saved' in job.meta)
    t.match(job, { meta: { saved: { percent: 50 } } })
    const bytes = await redis.client.hgetBuffer(`rq:job:${job.id}`, 'meta')
    t.equal(bytes?.[0], serializer === 'json' ? '{'.charCodeAt(0) : 0x80)
    await writeFile(file, '')
    t.equal(await finished(job), 'saved')
    t.match(job.meta, { saved: { percent: 50 }, done: true })
  })
}

t.test('J13: a deleted job is not revived by its meta, and its function is told', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const file = join(redis.folder, 'gate')
  const job: Job = await queue.enqueue('self.saveAndWait', 1, file)
  await waitFor('the meta', async () => 'saved' in (await job.refresh()).meta)
  await job.delete()
  await writeFile(file, '')
  await daemon.logged('the job was deleted while it ran')
  t.equal(await redis.client.exists(`rq:job:${job.id}`), 0)
  t.strictSame(await redis.client.keys(`*${job.id}*`), [])
})

t.test('J14: several jobs in one executor each see themselves', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--concurrency', '4', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const jobs = await Promise.all([40, 30, 20, 10].map((ms) => queue.enqueue('self.who', ms)))
  for (const job of jobs) t.equal(await finished(job), job.id)
})
