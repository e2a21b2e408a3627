import type { Clock } from '../clock.js'
import { decodeCall } from '../job/call.js'
import type { TaskMemory } from '../running-task.js'
import { serializerOf } from '../serial/serializer.js'
import { type CurrentTask, runAsCurrent } from './current-task.js'
import type { Custom } from './customized.js'
import type { FunctionResolver } from './resolve.js'
import type { Callback, ErrorStage, JobResult, RunJob } from './task.js'
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
  /**
   * Called right before a callback of the job is, or one of the operator's own steps, which `step` then names.
   * `traceback`: why the job has failed, null while it has not.
   */
  onCallback(callback: Callback, traceback: string | null, step?: string): void
  /** Something went wrong that the job's result does not tell in full. */
  onTrouble(sentence: string): void
  /** What the operator has added. */
  readonly custom?: Custom | undefined
  /** The task that the function sees, where others see the same. */
  readonly task?: OwnTask
  /** Awaited right before the function, as part of it. */
  readonly before?: () => Promise<void>
}

/** What the function gave, as it was before it became bytes or text, and what it shares with callbacks. */
export interface TaskEnd {
  readonly memory: TaskMemory
  returned?: unknown
  thrown?: unknown
}

/**
 * Run one job without its callbacks: decode its payload, find the function, call it, encode what it returns. Never
 * rejects. `end` is told what the function gave.
 */
export async function runFunction(job: RunJob, context: TaskContext, end?: TaskEnd): Promise<JobResult> {
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
    const { task = new OwnTask(job, context, end?.memory), before } = context
    const { call: func, owner } = target
    const invoke = (): unknown => Reflect.apply(func, owner, args)
    const returned: unknown = await runAsCurrent(task, before === undefined ? invoke : () => before().then(invoke))
    const endedAtMs = clock.epochMs()
    if (end !== undefined) end.returned = returned
    stage = 'encode'
    const value = returned === undefined || returned === null ? null : serializerOf(call.format).dumps(returned)
    return { seq: job.seq, execution: job.execution, startedAtMs, endedAtMs, outcome: 'ok', value }
  } catch (thrown) {
    if (end !== undefined) end.thrown = thrown
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

/** What a function of the job sees as the current task. */
export class OwnTask implements CurrentTask {
  readonly job: RunJob
  /** As which the job sees itself, if the operator has a say in that. */
  currentJob: unknown
  readonly #context: TaskContext
  #memory: TaskMemory | undefined

  constructor(job: RunJob, context: TaskContext, memory?: TaskMemory) {
    this.job = job
    this.#context = context
    this.#memory = memory
  }

  get memory(): TaskMemory {
    this.#memory ??= {}
    return this.#memory
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
