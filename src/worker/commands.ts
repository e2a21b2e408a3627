import type { Redis } from 'ioredis'
import { deferred } from '../deferred.js'
import { coerceError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Keys } from '../redis/keys.js'
import type { Service } from '../service.js'

/** What RQ's programs can tell a worker. */
export interface CommandListener {
  /** End a job if this worker runs it; where `execution` is given, only that run of it. */
  stopJob(worker: string, jobId: string, execution: string | undefined): void
  /** Kill the process that runs the worker's job. */
  killHorse(worker: string): void
  /** End the worker when its job has ended. */
  shutdown(worker: string): void
}

export interface CommandsOptions {
  /** Opens a connection, which will serve for this alone. */
  connect: () => Redis
  keys: Keys
  workers: readonly string[]
  logger: Logger
  listener: CommandListener
  /** Another channel, of any sender, and who is told what comes there. */
  also?: { readonly channel: string; readonly hear: (text: string) => void } | undefined
}

/** Between two looks at the connection, which tells nothing by itself when it is half open. */
const LOOK_MS = 5_000
/** Longest wait for the subscription at start; it is tried again and again afterwards. */
const START_LIMIT_MS = 5_000

/**
 * Hears RQ's commands on the channels of our workers (`send_stop_job_command` and its like). Commands are not stored:
 * one that is sent while Redis is away, or before `start` has resolved, is heard by nobody, and its sender is told so.
 */
export class Commands implements Service {
  readonly #client: Redis
  readonly #keys: Keys
  readonly #logger: Logger
  readonly #listener: CommandListener
  readonly #also: CommandsOptions['also']
  readonly #first = deferred()
  /** Workers by their channels. */
  #workers: ReadonlyMap<string, string>
  #timer: NodeJS.Timeout | undefined
  #subscribed = false
  #complained = false
  #stopped = false

  constructor({ connect, keys, workers, logger, listener, also }: CommandsOptions) {
    this.#client = connect()
    this.#keys = keys
    this.#workers = this.#channelsOf(workers)
    this.#logger = logger
    this.#listener = listener
    this.#also = also
  }

  async start(): Promise<void> {
    if (this.#stopped) return
    // What fails tells so itself.
    this.#client.on('error', () => undefined)
    this.#client.on('message', (channel, text) => this.#hear(channel, text))
    this.#client.on('ready', () => void this.#subscribe())
    this.#client.on('close', () => (this.#subscribed = false))
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    const limit = setTimeout(() => this.#first.resolve(), START_LIMIT_MS)
    // Should the first attempt fail, the connection goes on trying by itself.
    this.#client.connect().catch(() => undefined)
    await this.#first.promise
    clearTimeout(limit)
  }

  stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#first.resolve()
    this.#client.disconnect()
    return Promise.resolve()
  }

  /** Hear the commands to these workers from now on, and to no others. */
  async serve(workers: readonly string[]): Promise<void> {
    const before = [...this.#workers.keys()]
    this.#workers = this.#channelsOf(workers)
    const gone = before.filter((channel) => !this.#workers.has(channel))
    if (this.#client.status !== 'ready') return
    await this.#subscribe()
    // What still comes to these is for nobody.
    if (gone.length > 0) await this.#client.unsubscribe(...gone).catch(() => undefined)
  }

  /** Make the connection anew: the server was away, and it may be half open. */
  reconnect(): void {
    if (!this.#stopped && this.#client.status !== 'wait') this.#client.disconnect(true)
  }

  #channelsOf(workers: readonly string[]): Map<string, string> {
    return new Map(workers.map((worker) => [this.#keys.workerCommands(worker), worker]))
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#client.subscribe(...this.#workers.keys(), ...(this.#also === undefined ? [] : [this.#also.channel]))
      this.#subscribed = true
      this.#complained = false
      this.#first.resolve()
    } catch (thrown) {
      this.#subscribed = false
      if (this.#stopped || this.#complained) return
      this.#complained = true
      this.#logger.warn('commands to our workers are not heard', { error: coerceError(thrown).message })
    }
  }

  async #look(): Promise<void> {
    if (this.#client.status !== 'ready') return
    if (!this.#subscribed) {
      await this.#subscribe()
      return
    }
    try {
      await this.#client.ping()
    } catch {
      this.reconnect()
    }
  }

  #hear(channel: string, text: string): void {
    if (channel === this.#also?.channel) this.#also.hear(text)
    const worker = this.#workers.get(channel)
    if (worker === undefined) return
    const { command, job_id: jobId, execution_id: execution } = readCommand(text)
    const told = { worker, command: text.slice(0, 200) }
    switch (command) {
      case 'stop-job':
      case 'stop-execution':
        if (typeof jobId !== 'string') break
        this.#logger.info('a command came for a worker', told)
        this.#listener.stopJob(worker, jobId, typeof execution === 'string' ? execution : undefined)
        return
      case 'kill-horse':
        this.#logger.info('a command came for a worker', told)
        this.#listener.killHorse(worker)
        return
      case 'shutdown':
        this.#logger.info('a command came for a worker', told)
        this.#listener.shutdown(worker)
        return
    }
    this.#logger.warn('a command came that a worker does not know', told)
  }
}

/** Nothing at all where it is no JSON object. */
function readCommand(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
