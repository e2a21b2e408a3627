import { runStoppedCallback, runWithCallbacks } from './callbacks.js'
import { runCustomized } from './customized.js'
import { runFunction, type TaskContext } from './run-function.js'
import type { JobResult, RunJob } from './task.js'
import { runTraced } from './traced.js'

/**
 * Run one job: decode its payload, find the function, call it, encode what it returns, call back; or, for one that was
 * stopped, call its stopped callback alone. Never rejects.
 */
export function runTask(job: RunJob, context: TaskContext): Promise<JobResult> {
  return runTraced(job, () => run(job, context))
}

function run(job: RunJob, context: TaskContext): Promise<JobResult> {
  const { callbacks } = job
  if (callbacks?.stopped !== undefined) return runStoppedCallback(job, callbacks.stopped, context)
  if (context.custom !== undefined) return runCustomized(job, context, context.custom)
  return callbacks === null ? runFunction(job, context) : runWithCallbacks(job, callbacks, context)
}
