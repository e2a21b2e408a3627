import { type Clock } from '../../src/clock.js'
import { decodeCall } from '../../src/job/call.js'
import { serializerOf } from '../../src/serial/serializer.js'
import { type ErrorStage, type JobResult, type RunJob } from '../ipc/messages.js'
import { type CurrentTask, runAsCurrent } from './current-task.js'
import { type FunctionResolver } from './resolve.js'
import { describeThrown } from './traceback.js'

/** What a task is run with. */
export interface TaskContext {
  readonly resolver: FunctionResolver
  readonly clock: Clock
  /** Aborts the job. Its signal is made only when someone asks for it: that costs more than all the rest here. */
  readonly aborter: AbortController
  /** Stores the meta of the job; null removes it. */
  saveMeta(meta: Uint8Array | null): Promise<void>
  /** Called before a module is loaded, which may take a while. */
  onLoading(): void
  /**
   * Called right before the function is: never for a job that cannot be decoded or whose function is unknown. The
   * function waits for the promise, if there is one.
   */
  onStarted(func: string, atMs: number): Promise<void> | undefined
}

/** Run one job: decode its payload, find the function, call it, encode what it returns. Never rejects. */
export async function runTask(job: RunJob, context: TaskContext): Promise<JobResult> {
  const { resolver, clock } = context
  let stage: ErrorStage = 'decode'
  let startedAtMs = clock.epochMs()
  try {
    const call = decodeCall(job.data)
    stage = 'resolve'
    let target = resolver.cached(call.func)
    if (target === undefined) {
      context.onLoading()
      target = await resolver.resolve(call.func)
    }
    const args = hasKeys(call.kwargs) ? [...call.args, call.kwargs] : call.args
    stage = 'run'
    startedAtMs = clock.epochMs()
    const told = context.onStarted(call.func, startedAtMs)
    if (told !== undefined) await told
    const task = new OwnTask(job, context)
    const returned: unknown = await runAsCurrent(task, () => Reflect.apply(target.call, target.owner, args))
    const endedAtMs = clock.epochMs()
    stage = 'encode'
    const value = returned === undefined || returned === null ? null : serializerOf(call.format).dumps(returned)
    return { seq: job.seq, execution: job.execution, startedAtMs, endedAtMs, outcome: 'ok', value }
  } catch (thrown) {
    return failedResult(job, stage, thrown, startedAtMs, clock.epochMs())
  }
}

/** The result of a job that ended with `thrown`. */
// prettier-ignore
export function failedResult(job: Pick<RunJob, 'seq' | 'execution'>, stage: ErrorStage, thrown: unknown, startedAtMs: number, endedAtMs: number): JobResult {
  return {
    seq: job.seq,
    execution: job.execution,
    startedAtMs,
    endedAtMs,
    outcome: 'error',
    error: { stage, ...describeThrown(thrown) },
  }
}

class OwnTask implements CurrentTask {
  readonly job: RunJob
  readonly #context: TaskContext

  constructor(job: RunJob, context: TaskContext) {
    this.job = job
    this.#context = context
  }

  get signal(): AbortSignal {
    return this.#context.aborter.signal
  }

  saveMeta(meta: Uint8Array | null): Promise<void> {
    return this.#context.saveMeta(meta)
  }
}

function hasKeys(kwargs: Record<string, unknown>): boolean {
  for (const _key in kwargs) return true
  return false
}
