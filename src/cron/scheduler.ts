import { hostname } from 'node:os'
import { pid as ownPid } from 'node:process'
import type { Redis } from 'ioredis'
import { systemClock, type Clock } from '../clock.js'
import { type Connection, connectionFor } from '../connections.js'
import type { Duration } from '../duration.js'
import { RqdError, coerceError } from '../errors.js'
import { silentLogger, type Logger } from '../logger.js'
import { Looks } from '../looks.js'
import { systemRandom, type Random } from '../random.js'
import { createKeys, type Keys } from '../redis/keys.js'
import { rqDefaults } from '../rq-defaults.js'
import type { SerializerName } from '../serial/serializer.js'
import type { TaskFunction } from '../task-name.js'
import { makeEntry, type CronEntry, type CronEntryOptions } from './entry.js'
import type { CronFiring } from './fire.js'
import { CronRound } from './round.js'

/** Longest time between two looks: others' entries are taken over, and the own ones kept, that often. */
const LOOK_MS = 1_000
/** Entries of a scheduler that gives no sign of life are free after so long. */
const LEASE_MS = 5_000

/** How a cron scheduler works. */
export interface CronSchedulerOptions {
  /** An open ioredis client. It stays the caller's. Default as for a `Queue`. */
  connection?: Connection
  /** As RQ's viewers show it. Default host, pid and some random digits. */
  name?: string
  /** How payloads are written. Default `json`. */
  serializer?: SerializerName
  /** Limit of jobs without their own. Default 180 s. */
  defaultTimeout?: Duration
  /** Folders that workers load functions from, for naming function references. Default the working directory. */
  taskPaths?: readonly string[]
  /** Where the entries are written down, for RQ's viewers to show. Default empty. */
  configFile?: string
  /** Without a sign of life for so long, other schedulers take over: seconds, by the clock of Redis. Default 5. */
  leaseSec?: number
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  /** Told of what goes wrong. Default: nobody. */
  logger?: Logger
  /** Default: the system's. */
  clock?: Clock
  /** For ids and names. Default: the system's. */
  random?: Random
  /** Shown to viewers. Default: this host. */
  host?: string
  /** Shown to viewers. Default: this process. */
  pid?: number
}

/** What one look at the entries gave. */
export interface CronStep {
  /** What was put on queues, in order. */
  readonly firings: readonly CronFiring[]
  /** Until the next tick of the entries that this scheduler holds, ms; undefined if there is none. */
  readonly nextMs: number | undefined
}

/**
 * Puts jobs on queues by the clock. Any number of schedulers, on any hosts, may have the same entries: each entry is
 * held by one of them at a time, another takes over within seconds when that one is gone, and each tick fires once.
 */
export class CronScheduler {
  /** As RQ's viewers show it. */
  readonly name: string
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #options: Required<Pick<CronSchedulerOptions, 'serializer' | 'defaultTimeout' | 'taskPaths'>> & {
    readonly random: Random
    readonly logger: Logger
  }
  readonly #round: CronRound
  readonly #entries = new Map<string, CronEntry>()
  readonly #looks: Looks

  /** @throws RqdError RQD_BAD_OPTION */
  constructor(options: CronSchedulerOptions = {}) {
    const { clock = systemClock, random = systemRandom, logger = silentLogger } = options
    const { serializer = 'json', defaultTimeout = rqDefaults.timeoutSec, taskPaths = ['.'] } = options
    const { host = hostname(), pid = ownPid, configFile = '', leaseSec = LEASE_MS / 1000 } = options
    if (!(leaseSec >= 1)) throw new RqdError('RQD_BAD_OPTION', `leaseSec is ${leaseSec}; expected a number from 1`)
    this.name = options.name ?? `${host}:${pid}:${random.hex(6)}`
    this.#redis = connectionFor(`the cron scheduler ${JSON.stringify(this.name)}`, options.connection)
    this.#keys = createKeys(options.prefix)
    this.#options = { serializer, defaultTimeout, taskPaths, random, logger }
    this.#round = new CronRound({
      redis: this.#redis,
      keys: this.#keys,
      scheduler: this.name,
      shown: { hostname: host, pid: String(pid), name: this.name, config_file: configFile },
      leaseMs: leaseSec * 1000,
      clock,
      random,
      logger,
      defaultTimeout,
    })
    this.#looks = new Looks({
      look: async () => Math.min(LOOK_MS, (await this.step()).nextMs ?? LOOK_MS),
      retryMs: LOOK_MS,
      logger,
      failing: 'cron entries cannot be looked after; it is tried again every second',
      recovered: 'cron entries are looked after again',
    })
  }

  /** The names of its entries. */
  get entryNames(): string[] {
    return [...this.#entries.keys()]
  }

  /**
   * Add an entry: an exported function, or the name of one that workers have, and when it is to be enqueued. Every
   * scheduler that is to look after it registers it alike.
   * @returns the name of the entry
   * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNNAMED_FUNCTION, RQD_UNREPRESENTABLE
   */
  register<F extends TaskFunction>(func: F, options: CronEntryOptions & { args?: Parameters<F> }): Promise<string>
  register(func: string, options: CronEntryOptions): Promise<string>
  async register(func: TaskFunction | string, options: CronEntryOptions): Promise<string> {
    const entry = await makeEntry(func, options, this.#options)
    if (this.#entries.has(entry.name)) {
      const text = `cron entry ${JSON.stringify(entry.name)} is registered already; give one of them another name`
      throw new RqdError('RQD_BAD_OPTION', text)
    }
    this.#entries.set(entry.name, entry)
    return entry.name
  }

  /**
   * One look: take entries that nobody holds, and fire what is due. For callers that have a loop of their own; one at a
   * time, and not beside `start`.
   * @param nowMs the time by which ticks are judged, epoch ms. Default the clock of Redis.
   * @throws RqdError RQD_REDIS: nothing is lost, the next look knows what was done
   */
  step(nowMs?: number): Promise<CronStep> {
    return this.#round.run([...this.#entries.values()], nowMs)
  }

  /** Look once, and go on looking. What is due is on its queue when this resolves, unless Redis is away. */
  start(): Promise<void> {
    return this.#looks.start()
  }

  /** Resolves when nothing is under way and the entries are given back. */
  async stop(): Promise<void> {
    if ((await this.#looks.stop()) === 'stopped') return
    try {
      await this.#round.release([...this.#entries.keys()])
    } catch (thrown) {
      // The lease runs out by itself.
      this.#options.logger.debug('cron entries were not given back', { error: coerceError(thrown).message })
    }
  }
}
