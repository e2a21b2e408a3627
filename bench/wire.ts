import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { compiled } from './paths.js'

/** A way to Redis that takes time. See proxy.ts. */
export class Wire {
  /** The Unix socket at its near end. */
  readonly path: string
  readonly #thread: Worker

  private constructor(path: string, thread: Worker) {
    this.path = path
    this.#thread = thread
  }

  /** @param redisPath Unix socket of Redis */
  static async lay(folder: string, redisPath: string, roundTripMs: number): Promise<Wire> {
    const path = join(folder, 'wire.sock')
    const workerData = { from: path, to: redisPath, roundTripMs }
    const thread = new Worker(compiled('bench/proxy.js'), { workerData })
    await once(thread, 'message')
    return new Wire(path, thread)
  }

  async cut(): Promise<void> {
    await this.#thread.terminate()
  }
}
