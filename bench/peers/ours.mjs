// Driver of our own library, as the peers have theirs; the worker is the daemon itself. See driver.mjs.
import { Redis } from 'ioredis'
import { Queue } from '../../build/src/index.js'
import { atRate, drive, jobData, measureBulkRate, measureRate } from './driver.mjs'

const withQueues = async (path, names, use, options = {}) => {
  const connection = new Redis({ path, maxRetriesPerRequest: null })
  try {
    return await use(names.map((name) => new Queue(name, { connection, ...options })))
  } finally {
    connection.disconnect()
  }
}

await drive({
  fill: ({ path, queues, jobs, ...job }) =>
    withQueues(path, queues, async (opened) => {
      const { arg } = jobData(job)
      const args = arg === 0 ? [] : [arg]
      for (const [i, queue] of opened.entries()) {
        const share = Math.floor((jobs + i) / opened.length)
        await measureRate(share, 500, () => queue.enqueue(`benchtasks.${job.task}`, ...args))
      }
    }),

  produce: ({ path, queues, ...flow }) =>
    withQueues(path, queues, ([queue]) =>
      atRate(
        flow,
        () => queue.enqueue('benchtasks.noop'),
        (sentUs) => queue.enqueue('benchtasks.stamp', sentUs),
      ),
    ),

  rates: ({ path, queues, jobs, waitReplicas = 0 }) =>
    withQueues(
      path,
      queues,
      async ([queue]) => {
        const one = () => queue.enqueue('benchtasks.noop')
        const many = (n) => queue.enqueueMany(Array.from({ length: n }, () => ({ func: 'benchtasks.noop' })))
        await measureRate(1_000, 100, one)
        return {
          awaited: await measureRate(jobs / 4, 1, one),
          concurrent: await measureRate(jobs, 500, one),
          ...(typeof queue.enqueueMany === 'function' && { bulk: await measureBulkRate(jobs, many) }),
        }
      },
      { waitReplicas },
    ),
})
