import type { FromExecutor, JobResult, JobStart } from '../ipc/messages.js'

type Progress = FromExecutor & { type: 'progress' }

/**
 * The same messages with each run of `progress` made one: what has ended, and what was called and has not ended by
 * now. An executor tells of each job by itself; where many short ones have passed meanwhile, the middle of their lives
 * is of no interest to anybody.
 */
export function mergeProgress(messages: readonly FromExecutor[]): readonly FromExecutor[] {
  if (messages.length < 2) return messages
  const merged: FromExecutor[] = []
  let run: Progress[] = []
  const endRun = (): void => {
    const [only] = run
    if (only !== undefined) merged.push(run.length === 1 ? only : merge(run))
    run = []
  }
  for (const message of messages) {
    if (message.type === 'progress') {
      run.push(message)
    } else {
      endRun()
      merged.push(message)
    }
  }
  endRun()
  return merged
}

function merge(run: readonly Progress[]): Progress {
  const ended: JobResult[] = []
  const started = new Map<string, JobStart>()
  for (const message of run) {
    for (const result of message.ended) {
      started.delete(result.execution)
      ended.push(result)
    }
    for (const start of message.started) started.set(start.execution, start)
  }
  return { type: 'progress', ended, started: [...started.values()] }
}
