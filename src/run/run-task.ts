import { runStoppedCallback, runWithCallbacks } from './callbacks.js'
import { runFunction, type TaskContext } from './run-function.js'
import type { JobResult, RunJob } from './task.js'

/**
 * Run one job: decode its payload, find the function, call it, encode what it returns, call back; or, for one that was
 * stopped, call its stopped callback alone. Never rejects.
 */
export function runTask(job: RunJob, context: TaskContext): Promise<JobResult> {
  if (job.callbacks === null) return runFunction(job, context)
  const { stopped } = job.callbacks
  return stopped === undefined
    ? runWithCallbacks(job, job.callbacks, context)
    : runStoppedCallback(job, stopped, context)
}
