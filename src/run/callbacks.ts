import type { TaskMemory } from '../running-task.js'
import { CallbackJob } from './callback-job.js'
import { runAsCurrent, TaskAbortedError } from './current-task.js'
import { isLate, lateText, timeoutError, within } from './limits.js'
import { failedResult, OwnTask, runFunction, type TaskContext, type TaskEnd } from './run-function.js'
import type { Callback, Callbacks, JobResult, RunJob } from './task.js'
import { describeThrown } from './traceback.js'

/**
 * Run a job that has callbacks. After its function: `success(job, result)`; where that throws, the job has failed. After
 * a failure of any kind: `failure(job, errorType, error, traceback)`; where that throws, the job keeps its first error
 * and the other is told behind it. Each has a limit of its own. Never rejects.
 */
export async function runWithCallbacks(
  job: RunJob,
  callbacks: Callbacks,
  context: TaskContext,
  end: TaskEnd = { memory: {} },
): Promise<JobResult> {
  const { memory } = end
  const result = await runFunction(job, context, end)
  if (isStopped(context.aborter)) return result
  if (isLate(result, job.timeoutSec)) {
    const error = timeoutError(job.timeoutSec, end.thrown)
    const args = ['JobTimeoutException', error, lateText(job.timeoutSec, result)] as const
    return callFailure(job, memory, callbacks.failure, result, args, context)
  }
  if (result.outcome === 'error') {
    const args = [result.error.errorType, end.thrown, result.error.traceback] as const
    return callFailure(job, memory, callbacks.failure, result, args, context)
  }
  if (callbacks.success === null) return result
  try {
    await call(job, memory, callbacks.success, [end.returned], null, context)
    return result
  } catch (thrown) {
    end.thrown = thrown
    const { startedAtMs, endedAtMs } = result
    const failed = failedResult(job, 'callback', thrown, startedAtMs, endedAtMs)
    const { errorType, traceback } = describeThrown(thrown)
    return callFailure(job, memory, callbacks.failure, failed, [errorType, thrown, traceback], context)
  }
}

/**
 * Call the stopped callback of a job, `stopped(job)`, which has been settled before: what comes of it is for the log.
 * Never rejects.
 */
export async function runStoppedCallback(job: RunJob, callback: Callback, context: TaskContext): Promise<JobResult> {
  const { clock } = context
  const startedAtMs = clock.epochMs()
  await context.onStarted(callback.name, startedAtMs)
  try {
    await call(job, {}, callback, [], null, context)
    const { seq, execution } = job
    return { seq, execution, startedAtMs, endedAtMs: clock.epochMs(), outcome: 'ok', value: null }
  } catch (thrown) {
    return failedResult(job, 'callback', thrown, startedAtMs, clock.epochMs())
  }
}

async function callFailure(
  job: RunJob,
  memory: TaskMemory,
  callback: Callback | null,
  result: JobResult,
  args: readonly [errorType: string, error: unknown, traceback: string],
  context: TaskContext,
): Promise<JobResult> {
  if (callback === null) return result
  try {
    await call(job, memory, callback, args, args[2], context)
    return result
  } catch (thrown) {
    const { traceback } = describeThrown(thrown)
    context.onTrouble(`the failure callback ${callback.name} of job ${job.id} failed: ${traceback}`)
    if (result.outcome === 'ok') return result
    const text = `${result.error.traceback}\n\nThe failure callback ${callback.name} failed too:\n${traceback}`
    return { ...result, error: { ...result.error, traceback: text } }
  }
}

async function call(
  job: RunJob,
  memory: TaskMemory,
  callback: Callback,
  args: readonly unknown[],
  traceback: string | null,
  context: TaskContext,
): Promise<void> {
  context.onCallback(callback, traceback)
  const target = await context.resolver.resolve(callback.name)
  // The job's own may have been aborted.
  const aborter = new AbortController()
  const task = new OwnTask(job, { ...context, aborter }, memory)
  task.currentJob = context.custom?.makeJob(task)
  const seen = task.currentJob ?? new CallbackJob(job, memory)
  const run = async (): Promise<unknown> =>
    await runAsCurrent(task, () => Reflect.apply(target.call, target.owner, [seen, ...args]))
  await within(run(), callback.timeoutSec, aborter)
}

/** An operator stopped the job: it has neither gone well nor failed. */
export function isStopped({ signal }: AbortController): boolean {
  return signal.aborted && signal.reason instanceof TaskAbortedError && signal.reason.reason === 'stopped'
}
