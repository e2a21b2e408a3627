// Driver of bee-queue, with all that its manual says about speed: no events, nothing kept. See driver.mjs.
import { createRequire } from 'node:module'
import { atRate, drive, jobData, measureBulkRate, measureRate, perform } from './driver.mjs'

const Queue = createRequire(import.meta.url)('bee-queue')

const open = (path, name, isWorker) =>
  new Queue(name, {
    redis: { path },
    isWorker,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  })
const withQueue = async (path, name, use) => {
  const queue = open(path, name, false)
  try {
    await queue.ready()
    return await use(queue)
  } finally {
    await queue.close()
  }
}

await drive({
  async work({ path, queues, concurrency }) {
    const each = Math.max(1, Math.round(concurrency / queues.length))
    const opened = queues.map((name) => open(path, name, true))
    for (const queue of opened) queue.process(each, async ({ data }) => perform(data))
    process.once('SIGTERM', () => void Promise.all(opened.map((queue) => queue.close())).then(() => process.exit()))
  },

  async fill({ path, queues, jobs, ...job }) {
    const data = jobData(job)
    for (const [i, name] of queues.entries()) {
      const share = Math.floor((jobs + i) / queues.length)
      await withQueue(path, name, (queue) => measureBulkRate(share, (n) => bulk(queue, n, data)))
    }
  },

  produce: ({ path, queues: [name], ...flow }) =>
    withQueue(path, name, (queue) =>
      atRate(
        flow,
        () => queue.createJob({ task: 'noop' }).save(),
        (sentUs) => queue.createJob({ task: 'stamp', arg: sentUs }).save(),
      ),
    ),

  rates: ({ path, queues: [name], jobs }) =>
    withQueue(path, name, async (queue) => {
      const data = { task: 'noop' }
      const one = () => queue.createJob(data).save()
      await measureRate(1_000, 100, one)
      return {
        awaited: await measureRate(jobs / 4, 1, one),
        concurrent: await measureRate(jobs, 500, one),
        bulk: await measureBulkRate(jobs, (n) => bulk(queue, n, data)),
      }
    }),
})

async function bulk(queue, n, data) {
  const errors = await queue.saveAll(Array.from({ length: n }, () => queue.createJob(data)))
  for (const error of errors.values()) throw error
}
