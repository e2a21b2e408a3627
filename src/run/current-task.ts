import { AsyncLocalStorage } from 'node:async_hooks'
import { CURRENT_TASK, type RunningTask } from '../running-task.js'
import type { AbortReason, RunJob } from './task.js'

/** What the running function can ask about itself. The `reason` of its signal, once aborted, is a `TaskAbortedError`. */
export interface CurrentTask extends RunningTask {
  readonly job: RunJob
}

/** Why a job was told to end. A function that lets it pass fails with it. */
export class TaskAbortedError extends Error {
  readonly reason: AbortReason

  constructor(reason: AbortReason) {
    super(abortMessages[reason])
    this.name = 'AbortError'
    this.reason = reason
  }
}

const abortMessages: Readonly<Record<AbortReason, string>> = {
  timeout: 'the job has reached its time limit',
  stopped: 'the job was stopped by an operator',
  shutdown: 'the worker is shutting down',
}

const storage = new AsyncLocalStorage<CurrentTask>()

/** The task whose call this is, or belongs to. */
export function currentTask(): CurrentTask | undefined {
  return storage.getStore()
}

let isPublished = false

/** Make `currentTask` reachable for job code. Where another copy of the package has done so, both are asked. */
export function publishCurrentTask(): void {
  if (isPublished) return
  isPublished = true
  const other = (globalThis as { [CURRENT_TASK]?: () => CurrentTask | undefined })[CURRENT_TASK]
  const value = other === undefined ? currentTask : (): CurrentTask | undefined => currentTask() ?? other()
  Object.defineProperty(globalThis, CURRENT_TASK, { value, configurable: true })
}

/** Call `run` so that it, and all it awaits, sees `task` as the current one. */
export function runAsCurrent<T>(task: CurrentTask, run: () => T): T {
  return storage.run(task, run)
}
