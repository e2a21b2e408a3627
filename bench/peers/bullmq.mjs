// Driver of BullMQ. See driver.mjs for the commands.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { atRate, drive, jobData, measureBulkRate, measureRate, perform } from './driver.mjs'

const { Queue, Worker } = createRequire(import.meta.url)('bullmq')

const connection = (path) => ({ path, maxRetriesPerRequest: null })
const withQueue = async (path, name, use) => {
  const queue = new Queue(name, { connection: connection(path) })
  try {
    return await use(queue)
  } finally {
    await queue.close()
  }
}

await drive({
  async work({ path, queues, concurrency, sandboxed }) {
    const processor = sandboxed
      ? fileURLToPath(new URL('bullmq-sandbox.cjs', import.meta.url))
      : ({ data }) => perform(data)
    const each = Math.max(1, Math.round(concurrency / queues.length))
    const workers = queues.map(
      (queue) => new Worker(queue, processor, { connection: connection(path), concurrency: each }),
    )
    process.once('SIGTERM', () => void Promise.all(workers.map((worker) => worker.close())).then(() => process.exit()))
  },

  async fill({ path, queues, jobs, ...job }) {
    const data = jobData(job)
    for (const [i, name] of queues.entries()) {
      const share = Math.floor((jobs + i) / queues.length)
      await withQueue(path, name, async (queue) => {
        for (let left = share; left > 0; left -= 1_000)
          await queue.addBulk(Array.from({ length: Math.min(left, 1_000) }, () => ({ name: 'job', data })))
      })
    }
  },

  produce: ({ path, queues: [name], ...flow }) =>
    withQueue(path, name, (queue) =>
      atRate(
        flow,
        () => queue.add('job', { task: 'noop' }),
        (sentUs) => queue.add('job', { task: 'stamp', arg: sentUs }),
      ),
    ),

  rates: ({ path, queues: [name], jobs }) =>
    withQueue(path, name, async (queue) => {
      const data = { task: 'noop' }
      const one = () => queue.add('job', data)
      await measureRate(1_000, 100, one)
      return {
        awaited: await measureRate(jobs / 4, 1, one),
        concurrent: await measureRate(jobs, 500, one),
        bulk: await measureBulkRate(jobs, (n) =>
          queue.addBulk(Array.from({ length: n }, () => ({ name: 'job', data }))),
        ),
      }
    }),
})
