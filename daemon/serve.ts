import type { Config } from './config/schema.js'
import type { Served } from './control/methods.js'
import { defaultSocketPath } from './control/socket-path.js'
import { ControlSockets } from './control/sockets.js'
import { beginAll } from './begin-all.js'
import type { EventHub } from './events/hub.js'
import type { FirstLink } from './first-link.js'
import type { DaemonLogger } from './log.js'
import type { Monitor } from './monitor.js'
import { printable } from './printable.js'
import type { Scope } from './scope.js'
import type { LateSentry } from './sentry.js'
import { keepTitle, supervisorTitle } from './supervisor/title.js'
import type { ServiceManager } from './systemd/manager.js'
import type { Whole } from './whole.js'

/** What works beside the supervisors of a daemon; undefined: not wanted. */
export interface Beside {
  readonly scopes: readonly Scope[]
  /** Of the scopes, in their order. */
  readonly links: readonly FirstLink[]
  readonly sentry: LateSentry | undefined
  readonly manager: ServiceManager
  readonly events: EventHub
  /** Of the daemon. */
  readonly name: string
  readonly monitor: Monitor | undefined
}

/** Start all of it in order, wait until there is nothing more to do, and stop it in reverse. */
export async function serve(
  whole: Whole,
  { scopes, links, sentry, events, name, manager, monitor }: Beside,
  config: Config,
  environment: NodeJS.ProcessEnv,
  logger: DaemonLogger,
): Promise<void> {
  const path = config.socket ?? defaultSocketPath(environment)
  const control = await ControlSockets.make({ ...served(whole, scopes, events), logger, name }, config, path)
  const title = (): string => supervisorTitle(config.queues, whole.busyExecutors, whole.state)
  const endTitle = keepTitle(title, (text) => (process.title = printable(text)))
  const watched = {
    pulse: () => whole.pulse(),
    nudge: () => whole.nudge(),
    countWaiting: () => whole.countWaiting(),
    redisAnswers: () => answersDespite(scopes),
  }
  const { executors, tenants } = config
  const names = tenants.length === 0 ? {} : { tenants: tenants.map((tenant) => tenant.name).join(',') }
  try {
    await control.start()
    await monitor?.start()
    const begun = beginAll(scopes, links)
    await Promise.all([begun.there, sentry?.load()])
    logger.info('daemon ready', { executors, queues: config.queues.join(','), ...names, socket: path })
    await manager.ready(watched)
    logger.open()
    await Promise.race([whole.done, begun.failed])
  } catch (thrown) {
    // Told to stop while it started: that is no failure.
    if (whole.state !== 'stopping') throw thrown
  } finally {
    manager.stopping(watched)
    endTitle()
    await Promise.all(scopes.map((scope) => scope.stop()))
    await monitor?.stop()
    await control.stop()
    logger.info('daemon stopped')
  }
}

/** What the control sockets answer with: the whole, and each tenant by its name. */
function served(operations: Whole, scopes: readonly Scope[], events: EventHub): Served {
  const tenants = scopes.flatMap(({ tenant, supervisor, data, events: own }): [string, Served][] =>
    tenant === null ? [] : [[tenant, { operations: supervisor, data: () => data.open(), events: own }]],
  )
  const [first] = scopes
  if (first === undefined) throw new Error('a daemon serves at least one prefix of keys')
  return {
    operations,
    data: () => first.data.open(),
    events,
    ...(tenants.length === 0 ? {} : { tenants: new Map(tenants) }),
  }
}

/** Whether a Redis answers on a connection made only to ask, whose own connection is down. */
async function answersDespite(scopes: readonly Scope[]): Promise<boolean> {
  const down = scopes.filter(({ supervisor }) => supervisor.state !== 'starting' && !supervisor.pulse().redis.connected)
  return (await Promise.all(down.map((scope) => scope.redisAnswers()))).includes(true)
}
