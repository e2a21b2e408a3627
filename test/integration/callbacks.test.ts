import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { encodeMeta } from '../../src/job/meta.js'
import { startDaemon } from '../helpers/daemon.js'
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
  const { Job } = await import('../../src/index.js')
  return Job.fetch(id, { connection: redis.client })
}

async function calls(redis: TestRedis): Promise<unknown[]> {
  const text = await readFile(join(redis.folder, 'calls'), 'utf8').catch(() => '')
  return text
    .trim()
    .split('\n')
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
