import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { systemClock } from '../../../src/clock.js'
import { publishCurrentTask, TaskAbortedError } from '../../../src/run/current-task.js'
import { FunctionResolver } from '../../../src/run/resolve.js'
import { runTask } from '../../../src/run/run-task.js'
import type { Callback, JobResult, RunJob } from '../../../src/run/task.js'
import { job, taskPath } from '../../daemon/executor/start.js'

const { calls } = (await import(pathToFileURL(join(taskPath, 'callbacks.mjs')).href)) as { calls: unknown[][] }
const resolver = new FunctionResolver([taskPath], systemClock)
publishCurrentTask()

interface Ran {
  result: JobResult
  called: unknown[][]
  told: [string, string | null][]
  trouble: string[]
}

/** Run a job with callbacks, each a name or a name and its limit. */
async function run(
  task: RunJob,
  callbacks: { success?: string | Callback; failure?: string | Callback; stopped?: Callback },
  aborter = new AbortController(),
): Promise<Ran> {
  const read = (option: string | Callback | undefined): Callback | null =>
    option === undefined ? null : typeof option === 'string' ? { name: option, timeoutSec: 60 } : option
  const told: Ran['told'] = []
  const trouble: string[] = []
  calls.length = 0
  const both = { success: read(callbacks.success), failure: read(callbacks.failure) }
  const withCallbacks = callbacks.stopped === undefined ? both : { ...both, stopped: callbacks.stopped }
  const result = await runTask(
    { ...task, callbacks: withCallbacks },
    {
      resolver,
      clock: systemClock,
      aborter,
      saveMeta: () => Promise.resolve(),
      onLoading: () => undefined,
      onStarted: () => undefined,
      onCallback: ({ name }, traceback) => told.push([name, traceback]),
      onTrouble: (sentence) => trouble.push(sentence),
    },
  )
  return { result, called: [...calls], told, trouble }
}

const both = { success: 'callbacks.success', failure: 'callbacks.failure' }

void t.test('J21: success is called with the job first, then the result, and nothing else is', async (t) => {
  const { result, called, told } = await run(job('1', 'arithmetic.add', [1, 2]), both)
  t.match(result, { outcome: 'ok' })
  t.strictSame(called, [['success', '1', 'arithmetic.add', [1, 2], 3, '1']])
  t.strictSame(told, [['callbacks.success', null]])
})

void t.test('J21: failure is called with the job, the type, the error and the traceback', async (t) => {
  const { result, called, told } = await run(job('1', 'thrower.fail', ['at night']), both)
  t.match(result, { outcome: 'error', error: { stage: 'run', errorType: 'ShopClosed' } })
  t.strictSame(called, [['failure', '1', 'ShopClosed', 'at night', 'ShopClosed: at night']])
  t.match(told, [['callbacks.failure', /^ShopClosed: at night/]])
})

void t.test('failure is called for a job that cannot begin, and for a result that cannot be written', async (t) => {
  const unknown = await run(job('1', 'arithmetic.ad'), both)
  t.match(unknown.called, [['failure', '1', 'RqdError', /did you mean/]])
  const garbage = await run({ ...job('1', 'x.y'), data: Buffer.from('garbage') }, both)
  t.match(garbage.called, [['failure', '1', 'PayloadError']])
  const unwritable = await run(job('1', 'arithmetic.unserialisable'), both)
  t.match(unwritable.called, [['failure', '1', 'UnrepresentableError']])
})

void t.test('J21: a success callback that throws fails the job, and failure is called with its error', async (t) => {
  const { result, called } = await run(job('1', 'arithmetic.add', [1, 2]), { ...both, success: 'callbacks.refuse' })
  t.match(result, { outcome: 'error', error: { stage: 'callback', message: 'refused', traceback: /callbacks\.mjs/ } })
  t.match(called, [['failure', '1', 'Error', 'refused']])
  const unknown = await run(job('1', 'arithmetic.add', [1, 2]), { success: 'callbacks.sucess' })
  t.match(unknown.result, { outcome: 'error', error: { stage: 'callback', message: /did you mean 'success'/ } })
})

void t.test('J21: a failure callback that throws is told, and the first error stays first', async (t) => {
  const { result, trouble } = await run(job('1', 'thrower.fail', ['at night']), { failure: 'callbacks.refuse' })
  const traceback = /^ShopClosed: at night[^]*\n\nThe failure callback callbacks\.refuse failed too:\nError: refused/
  t.match(result, { outcome: 'error', error: { errorType: 'ShopClosed', message: 'at night', traceback } })
  t.match(trouble, [/^the failure callback callbacks\.refuse of job 1 failed: Error: refused/])
})

void t.test('J21: a callback that does not end within its limit fails, and what it does then is ignored', async (t) => {
  const { result } = await run(job('1', 'arithmetic.add', [1, 2]), {
    success: { name: 'callbacks.hang', timeoutSec: 0.05 },
  })
  const message = 'Task exceeded maximum timeout value (0.05 seconds)'
  t.match(result, { outcome: 'error', error: { stage: 'callback', message } })
})

void t.test('a function that ran past its limit has failed for its callbacks too', async (t) => {
  const late = { ...job('1', 'sleeper.sleep', [30]), timeoutSec: 0.01 }
  const { result, called } = await run(late, both)
  t.match(result, { outcome: 'ok' }, 'whoever enforces the limit judges by the times')
  t.match(called, [
    ['failure', '1', 'JobTimeoutException', 'Task exceeded maximum timeout value (0.01 seconds)', /^rq\.timeouts\./],
  ])
})

void t.test('a job that an operator stopped has neither gone well nor failed', async (t) => {
  const aborter = new AbortController()
  aborter.abort(new TaskAbortedError('stopped'))
  const { called } = await run(job('1', 'arithmetic.add', [1, 2]), both, aborter)
  t.strictSame(called, [])
})

void t.test('J21: of a job that was stopped, the stopped callback is called and nothing else', async (t) => {
  const stopped = { name: 'callbacks.stopped', timeoutSec: 60 }
  const { result, called, told } = await run(job('1', 'thrower.fail', ['at night']), { ...both, stopped })
  t.match(result, { outcome: 'ok', value: null })
  t.strictSame(called, [['stopped', '1', 'thrower.fail', ['at night'], null]])
  t.strictSame(told, [['callbacks.stopped', null]])
  const unknown = await run(job('1', 'arithmetic.add'), { stopped: { name: 'shop.closed', timeoutSec: 60 } })
  t.match(unknown.result, { outcome: 'error', error: { stage: 'callback', message: /shop/ } })
  const late = await run(job('1', 'arithmetic.add'), { stopped: { name: 'callbacks.hang', timeoutSec: 0.05 } })
  t.match(late.result, { outcome: 'error', error: { stage: 'callback', message: /maximum timeout value/ } })
})

void t.test('J21, J13: a callback sees what the function has made of meta, saved or not', async (t) => {
  const { called } = await run(job('1', 'self.change', ['by me']), { success: 'callbacks.seen' })
  t.strictSame(called, [['seen', 'by me', true]])
})
