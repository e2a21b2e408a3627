import { runWithCallbacks } from './callbacks.js'
import { runCustomized } from './customized.js'
import { runFunction, type TaskContext } from './run-function.js'
import type { JobResult, RunJob } from './task.js'

/** Run one job: decode its payload, find the function, call it, encode what it returns, call back. Never rejects. */
export function runTask(job: RunJob, context: TaskContext): Promise<JobResult> {
  if (context.custom !== undefined) return runCustomized(job, context, context.custom)
  return job.callbacks === null ? runFunction(job, context) : runWithCallbacks(job, job.callbacks, context)
}
