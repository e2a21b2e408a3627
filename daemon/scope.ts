import type { Redis } from 'ioredis'
import { systemClock } from '../src/clock.js'
import type { CronScheduler } from '../src/cron/scheduler.js'
import { Scheduler } from '../src/maintenance/scheduler.js'
import { systemRandom } from '../src/random.js'
import { showAddress } from '../src/redis/connection.js'
import { Replicas } from '../src/redis/replicas.js'
import { Store } from '../src/redis/store.js'
import type { Service } from '../src/service.js'
import { WebhookSender } from '../src/webhooks/sender.js'
import { bindDaemon } from './control/methods.js'
import { createCron } from './cron.js'
import { DataConnection } from './data/connection.js'
import type { EventHub } from './events/hub.js'
import { type DaemonHistory, createHistory } from './history.js'
import { JobLog } from './job-log.js'
import { everyMeter } from './meter.js'
import { Orders } from './orders/orders.js'
import { COMMAND_TIMEOUT_MS, type Place } from './place.js'
import { Supervisor } from './supervisor/supervisor.js'
import type { SupervisorOptions } from './supervisor/supervisor-options.js'
import { answers } from './systemd/answers.js'
import { version } from '../src/version.js'

/** A blocking call lasts up to 5 s by itself. */
const BLOCKING_TIMEOUT_MS = 10_000

/** What a scope's supervisor is told beside what the scope knows itself. */
export type Given = Omit<
  SupervisorOptions,
  | 'store'
  | 'replicas'
  | 'connect'
  | 'orders'
  | 'recordsHistory'
  | 'redisUrl'
  | 'jobLog'
  | 'logger'
  | 'events'
  | 'clock'
  | 'random'
>

/** The daemon's work below one prefix of keys: jobs, schedules, webhooks, history, and what is asked about them. */
export class Scope implements Service {
  readonly supervisor: Supervisor
  readonly data: DataConnection
  readonly jobLog: JobLog
  readonly #place: Place
  readonly #asker: Redis | undefined
  readonly #history: DaemonHistory | undefined
  readonly #scheduler: Scheduler | undefined
  readonly #webhooks: WebhookSender
  #cron: CronScheduler | undefined

  /** `given.meter`: of monitors. */
  constructor(place: Place, given: Given) {
    const { config, redis, keys, connect, logger, events } = place
    this.#place = place
    const shared = { redis, keys, clock: systemClock, random: systemRandom, logger }
    const { name, identity, queues } = given
    this.#history = config.history ? createHistory(shared) : undefined
    const { waitReplicas: count, waitReplicasTimeoutSec } = config
    const timeoutMs = waitReplicasTimeoutSec * 1000
    // Of its own: Redis answers nothing else over it while it waits.
    this.#asker = count === 0 ? undefined : connect(timeoutMs + COMMAND_TIMEOUT_MS)
    this.#asker?.on('error', () => undefined)
    const orders = config.fleetOrders ? new Orders({ redis, keys, name, clock: systemClock, logger }) : undefined
    this.jobLog = new JobLog({
      logger,
      level: config.logLevel,
      describes: !config.disableJobDescLogging,
      clock: systemClock,
    })
    const supervisor = new Supervisor({
      ...given,
      orders,
      meter: everyMeter([given.meter, this.#history?.meter]),
      recordsHistory: config.history,
      redisUrl: showAddress(config.sentinel ?? config.url),
      store: new Store(redis, keys, config.compat),
      replicas: this.#asker && new Replicas({ count, timeoutMs }, redis, this.#asker),
      connect: () => connect(BLOCKING_TIMEOUT_MS),
      clock: systemClock,
      random: systemRandom,
      logger,
      events,
      jobLog: this.jobLog,
    })
    this.supervisor = supervisor
    const { host, pid } = identity
    this.#scheduler = config.scheduler ? new Scheduler({ ...shared, queues, host, pid }) : undefined
    this.#webhooks = new WebhookSender(shared)
    orders?.serve({
      handlers: bindDaemon(supervisor, events, version),
      supervisorId: () => supervisor.supervisorId,
      state: () => supervisor.state,
    })
    this.data = new DataConnection({
      connect: () => connect(COMMAND_TIMEOUT_MS),
      keys,
      compat: config.compat,
      clock: systemClock,
      random: systemRandom,
      daemon: () => supervisor.status(),
    })
  }

  /** Null in a daemon that has no tenants. */
  get tenant(): string | null {
    return this.#place.tenant
  }

  /** What happens here. */
  get events(): EventHub {
    return this.#place.events
  }

  /** Read the cron entries. @throws RqdError for one that cannot be */
  async prepare(host: string, pid: number): Promise<void> {
    const { config, redis, logger } = this.#place
    this.#cron = await createCron(config, { redis, logger, host, pid })
  }

  /** Whether Redis answers on a connection made only to ask. */
  redisAnswers(): Promise<boolean> {
    return answers(this.#place.connect(COMMAND_TIMEOUT_MS))
  }

  /** As the supervisor's. What is due already is there when the first jobs are claimed: a burst takes it along. */
  async start(): Promise<void> {
    await this.#scheduler?.start()
    await this.#cron?.start()
    await this.supervisor.start()
    await this.#webhooks.start()
    await this.#history?.start()
  }

  async stop(): Promise<void> {
    await this.#cron?.stop()
    await this.#scheduler?.stop()
    await this.supervisor.stop()
    // What has ended last is there now.
    await this.#webhooks.stop()
    await this.#history?.stop()
  }

  /** Close the connections; nothing is asked any more. */
  close(): void {
    this.data.close()
    this.#place.redis.disconnect()
    this.#asker?.disconnect()
  }
}
