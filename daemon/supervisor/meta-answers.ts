import type { FromExecutor } from '../ipc/messages.js'
import type { SaveFailure } from './save-meta.js'
import type { ExecutorProcess } from './spawn.js'

/** Above either of them an executor is not read on until Redis, and the executor itself, have kept up. */
const MAX_PENDING = 256
const MAX_PENDING_BYTES = 8 * 1024 * 1024

/** What is under way for one executor. */
interface Pending {
  count: number
  bytes: number
}

/** Answers to the `meta` of executors. One that asks faster than Redis stores, or does not read its answers, waits. */
export class MetaAnswers {
  readonly #pending = new WeakMap<ExecutorProcess, Pending>()

  /** Have the meta stored, and say what came of it. */
  async answer(
    executor: ExecutorProcess,
    { execution, request, meta }: FromExecutor & { type: 'meta' },
    save: (execution: string, meta: Uint8Array | null) => Promise<SaveFailure>,
  ): Promise<void> {
    const { channel } = executor
    const pending = this.#pending.get(executor) ?? { count: 0, bytes: 0 }
    this.#pending.set(executor, pending)
    const bytes = meta?.length ?? 0
    pending.count += 1
    pending.bytes += bytes
    if (isTooMuch(pending)) channel.pause()
    const { code, message } = (await save(execution, meta)) ?? { code: '', message: '' }
    channel.send({ type: 'saved', request, code, message })
    await channel.flushed()
    pending.count -= 1
    pending.bytes -= bytes
    if (!isTooMuch(pending)) channel.resume()
  }
}

function isTooMuch({ count, bytes }: Pending): boolean {
  return count > MAX_PENDING || bytes > MAX_PENDING_BYTES
}
