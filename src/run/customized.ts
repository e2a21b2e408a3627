import type { CurrentJob } from '../current-job.js'
import type { RunningTask } from '../running-task.js'
import { isStopped, runWithCallbacks } from './callbacks.js'
import { runAsCurrent } from './current-task.js'
import { DaemonWorker, type JobEnd, type WorkerParts } from './daemon-worker.js'
import { isLate, lateText, timeoutError, within } from './limits.js'
import { OwnTask, runFunction, type TaskContext, type TaskEnd } from './run-function.js'
import type { JobResult, RunJob } from './task.js'
import { describeThrown } from './traceback.js'

/** How long the exception handlers of a job may take together, and its afterJob, seconds each. */
export const HOOK_LIMIT_SEC = 60

/** What the operator has added to the way in which jobs are run. */
export interface Custom {
  readonly worker: DaemonWorker
  /** What the worker was made of. */
  readonly parts: WorkerParts
  /** Makes the object as which a job sees itself. */
  makeJob(task: RunningTask): CurrentJob
  /** Told of runs that fail, behind the exception handlers. */
  report?(job: RunJob, error: unknown): void
}

/**
 * Run one job with what the operator has added: beforeJob, the function, the callbacks of the job, the exception
 * handlers if it failed, afterJob. What goes wrong in the last two is told and changes nothing. Never rejects.
 */
export async function runCustomized(job: RunJob, context: TaskContext, custom: Custom): Promise<JobResult> {
  const { worker } = custom
  const steps = DaemonWorker.stepsOf(worker, custom.parts)
  const end: TaskEnd = { memory: {} }
  const task = new OwnTask(job, context, end.memory)
  const current = custom.makeJob(task)
  task.currentJob = current
  const begun = { isSo: false }
  const before = async (): Promise<void> => {
    begun.isSo = true
    await worker.beforeJob(current)
  }
  const inner: TaskContext = steps.before || steps.after ? { ...context, task, before } : { ...context, task }
  const result = await (job.callbacks === null
    ? runFunction(job, inner, end)
    : runWithCallbacks(job, job.callbacks, inner, end))
  const ended = isStopped(context.aborter) ? ({ status: 'stopped' } as const) : endOf(job, result, end)
  const step = async (name: string, run: () => Promise<void>): Promise<void> => {
    const traceback = ended.status === 'failed' ? ended.traceback : null
    context.onCallback({ name, timeoutSec: HOOK_LIMIT_SEC }, traceback, name)
    try {
      const called = runAsCurrent(task, async () => await run())
      await within(called, HOOK_LIMIT_SEC, new AbortController())
    } catch (thrown) {
      context.onTrouble(`the ${name} of job ${job.id} failed: ${describeThrown(thrown).traceback}`)
    }
  }
  if (ended.status === 'failed') {
    const { errorType, error, traceback } = ended
    if (steps.exception) {
      await step('exception handlers', () => worker.handleException(current, errorType, error, traceback))
    }
    custom.report?.(job, error)
  }
  if (begun.isSo && steps.after) await step('afterJob hook', () => worker.afterJob(current, ended))
  return result
}

function endOf({ timeoutSec }: RunJob, result: JobResult, end: TaskEnd): JobEnd {
  if (isLate(result, timeoutSec)) {
    const error = timeoutError(timeoutSec, end.thrown)
    return { status: 'failed', errorType: 'JobTimeoutException', error, traceback: lateText(timeoutSec, result) }
  }
  if (result.outcome === 'ok') return { status: 'finished', returnValue: end.returned }
  const { errorType, traceback } = result.error
  return { status: 'failed', errorType, error: end.thrown, traceback }
}
