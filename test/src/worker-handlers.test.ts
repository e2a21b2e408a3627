import t from 'tap'
import { type CurrentJob, type JobEnd, Queue, Worker, type WorkerOptions } from '../../src/index.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { RecordingLogger } from '../helpers/recording-logger.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
t.beforeEach(async () => {
  await client.flushall()
})

const queue = (): Queue => new Queue('default', { connection: client, taskPaths: [fixtureTasks] })
const worker = (options: Partial<WorkerOptions>): Worker =>
  new Worker('default', { connection: client, taskPaths: [fixtureTasks], ...options })

t.test(
  'W12: the worker of this process calls its handlers in order, pushed ones last, until one returns false',
  async (t) => {
    const calls: unknown[] = []
    const say =
      (name: string, answer?: unknown) =>
      (job: CurrentJob, type: string, value: unknown, traceback: string): unknown => {
        calls.push([name, job.funcName, type, (value as Error).message, traceback.split('\n')[0]])
        return answer
      }
    const one = worker({ exceptionHandlers: say('first') })
    one.pushExcHandler(say('second', false))
    one.pushExcHandler(say('third'))
    const job = await queue().enqueue('thrower.fail', 'at night')
    await queue().enqueue('arithmetic.add', 1, 2)
    t.equal(await one.work({ burst: true }), 2)
    const rest = ['thrower.fail', 'ShopClosed', 'at night', 'ShopClosed: at night']
    t.strictSame(calls, [
      ['first', ...rest],
      ['second', ...rest],
    ])
    t.equal((await job.refresh()).status, 'failed')
    one.popExcHandler()
    one.popExcHandler()
    one.popExcHandler()
    t.equal(one.popExcHandler(), undefined)
    await queue().enqueue('thrower.fail', 'at night')
    await one.work({ burst: true })
    t.equal(calls.length, 2)
  },
)

t.test('W12: a handler that throws is logged, and the job keeps its own error', async (t) => {
  const logger = new RecordingLogger()
  const broken = (): never => {
    throw new Error('a bug in the handler')
  }
  const job = await queue().enqueue('thrower.fail', 'at night')
  await worker({ exceptionHandlers: [broken], logger }).work({ burst: true })
  t.match((await job.refresh()).excInfo, /^ShopClosed: at night/)
  t.match(logger.lines.join(), /the exception handlers of job .* failed: Error: a bug in the handler/)
})

t.test('W12: without the default handler only the status tells', async (t) => {
  const job = await queue().enqueue('thrower.fail', 'at night')
  await worker({ defaultExceptionHandler: false }).work({ burst: true })
  t.equal((await job.refresh()).status, 'failed')
  t.equal(await client.exists('rq:failed:default', `rq:results:${job.id}`), 0)
})

t.test('hooks are called around the work and around each job', async (t) => {
  const calls: string[] = []
  const hooks = {
    executorStart: () => calls.push('start'),
    executorStop: () => calls.push('stop'),
    beforeJob: (job: CurrentJob) => calls.push(`before ${job.args.join()}`),
    afterJob: (_: CurrentJob, end: JobEnd) => calls.push(`after ${end.status}`),
  }
  await queue().enqueue('arithmetic.add', 1, 2)
  await queue().enqueue('thrower.fail', 'at night')
  await worker({ hooks }).work({ burst: true })
  t.strictSame(calls, ['start', 'before 1,2', 'after finished', 'before at night', 'after failed', 'stop'])
})
