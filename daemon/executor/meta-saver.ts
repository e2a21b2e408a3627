import { deferred, type Deferred } from '../../src/deferred.js'
import { type ErrorCode, RqdError } from '../../src/errors.js'
import { type Channel } from '../ipc/channel.js'
import { type FromExecutor, type ToExecutor } from '../ipc/messages.js'

/** Has the supervisor write the meta of running jobs: it holds the claims, and so knows whose they are. */
export class MetaSaver {
  readonly #channel: Channel<FromExecutor, ToExecutor>
  readonly #waiting = new Map<number, Deferred<void>>()
  #request = 0

  constructor(channel: Channel<FromExecutor, ToExecutor>) {
    this.#channel = channel
  }

  /**
   * Resolves when it is stored.
   * @throws RqdError with the supervisor's code, or RQD_PROTOCOL if it is too large to be sent
   */
  async save(execution: string, meta: Uint8Array | null): Promise<void> {
    this.#request += 1
    const request = this.#request
    this.#channel.send({ type: 'meta', execution, request, meta })
    const saved = deferred()
    this.#waiting.set(request, saved)
    // The function may block right after this.
    this.#channel.flush()
    await saved.promise
  }

  /** The supervisor has answered. */
  answered({ request, code, message }: ToExecutor & { type: 'saved' }): void {
    const saved = this.#waiting.get(request)
    this.#waiting.delete(request)
    if (code === '') saved?.resolve()
    // Both sides come from one version, so the code is one of ours.
    else saved?.reject(new RqdError(code as ErrorCode, message))
  }
}
