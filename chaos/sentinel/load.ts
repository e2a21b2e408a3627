import { setTimeout as delay } from 'node:timers/promises'
import { type Job, Queue, openRedis } from '../../src/index.js'
import { nowMs } from '../clock.js'

const ENQUEUE_EVERY_MS = 20
/** One call that takes longer has failed. */
const CALL_LIMIT_MS = 5_000

/** A producer that never stops: enqueues with `waitReplicas: 1` and notes what was promised to it. */
export class Load {
  /** Ids of jobs that Redis and a replica have acknowledged. */
  readonly acknowledged = new Set<string>()
  refused = 0
  readonly #queue: Queue
  readonly #close: () => void
  readonly #ms: number
  #stopped = false
  #running: Promise<void> | undefined
  #count = 0

  /** `ms`: how long each job lasts. */
  constructor(url: string, ms: number) {
    const connection = openRedis(url)
    connection.on('error', () => undefined)
    this.#queue = new Queue('default', { connection, waitReplicas: 1, waitReplicasTimeoutMs: 1_000 })
    this.#close = () => connection.disconnect()
    this.#ms = ms
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
    this.#close()
  }

  /** What is on the queue. */
  waiting(): Promise<number> {
    return this.#queue.count()
  }

  fetch(id: string): Promise<Job | undefined> {
    return this.#queue.fetchJob(id)
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#count += 1
      const jobId = `job-${this.#count}-${Math.round(nowMs())}`
      // A call that hangs until the connection is found dead holds up no other one.
      void this.#enqueue(jobId)
      await delay(ENQUEUE_EVERY_MS)
    }
    await delay(CALL_LIMIT_MS / 5)
  }

  async #enqueue(jobId: string): Promise<void> {
    try {
      await this.#queue.enqueueCall({ func: 'work.run', args: [jobId, this.#ms], jobId, resultTtl: -1 })
      this.acknowledged.add(jobId)
    } catch {
      this.refused += 1
    }
  }
}
