import { type DataMethodName, dataMethods } from '../data/methods.js'
import type { DataAccess, DataMethod } from '../data/method.js'
import type { EventFilter } from '../events/event.js'
import type { EventHub } from '../events/hub.js'
import { type OpenRpc, describeMethods } from './openrpc.js'
import type { DrainProgress, Operations, RolloutProgress } from './operations.js'
import { readParams } from './params.js'
import type { DaemonMethodName, MethodName, Params, Result } from './protocol.js'
import type { Greeting, SaysOfItself } from './session-methods.js'

/** What a call may use besides its parameters. */
export interface CallContext {
  readonly onProgress: (progress: DrainProgress) => void
  readonly onRollout: (progress: RolloutProgress) => void
  /** The caller says who it is. */
  readonly greet: (says: SaysOfItself) => Greeting
  /** Tell it of events of a hub. @returns the number of the last one so far. */
  readonly subscribe: (filter: EventFilter, hub: EventHub) => number
  /** @returns whether it was subscribed until now. */
  readonly unsubscribe: () => boolean
}

/** Answers one method: parses the parameters, calls one operation. @throws BadParamsError, or what the operation threw. */
export type Handler = (rawParams: unknown, context: CallContext) => Promise<unknown>

/** What the methods work with: the daemon, or what it does for one tenant, and the data at rest. */
export interface ServedOne {
  readonly operations: Operations
  readonly data: () => Promise<DataAccess>
  readonly events: EventHub
}

/** The same for the daemon as a whole, and for each of its tenants. */
export interface Served extends ServedOne {
  readonly tenants?: ReadonlyMap<string, ServedOne> | undefined
}

/** Bind the method table to a daemon. */
export function bindMethods({ operations, data, events }: ServedOne, version: string): Record<MethodName, Handler> {
  return { ...bindDaemon(operations, events, version), ...bindData(data) }
}

/** Bind the methods about the daemon itself. */
export function bindDaemon(
  operations: Operations,
  events: EventHub,
  version: string,
): Record<DaemonMethodName, Handler> {
  // It takes long to make, and does not change.
  let document: OpenRpc | undefined
  return {
    ping: bind('ping', () => 'pong'),
    status: bind('status', () => operations.status()),
    pause: bind('pause', ({ queues }) => operations.pause(queues)),
    resume: bind('resume', ({ queues }) => operations.resume(queues)),
    drain: bind('drain', ({ timeoutSec }, { onProgress }) => operations.drain(timeoutSec, onProgress)),
    scale: bind('scale', ({ executors, wait }, { onRollout }) => operations.scale(executors, wait, onRollout)),
    'restart-executors': bind('restart-executors', ({ wait }, { onRollout }) =>
      operations.restartExecutors(wait, onRollout),
    ),
    reload: bind('reload', ({ wait }, { onRollout }) => operations.reload(wait, onRollout)),
    logs: bind('logs', ({ jobId, from, waitSec }) => operations.logs(jobId, from, waitSec)),
    shutdown: bind('shutdown', ({ now }) => operations.shutdown(now)),
    'rpc.discover': bind('rpc.discover', () => (document ??= describeMethods(version))),
    hello: bind('hello', (says, { greet }) => greet(says)),
    subscribe: bind('subscribe', (filter, { subscribe }) => ({ seq: subscribe(filter, events) })),
    unsubscribe: bind('unsubscribe', (_, { unsubscribe }) => ({ subscribed: unsubscribe() })),
    events: bind('events', (filter) => ({ events: events.recent(filter) })),
  }
}

function bindData(data: ServedOne['data']): Record<DataMethodName, Handler> {
  const handlers = Object.entries(dataMethods).map(([name, method]: [string, DataMethod]): [string, Handler] => [
    name,
    async (rawParams) => {
      const params = readParams(name as DataMethodName, rawParams)
      return method.run(await data(), params)
    },
  ])
  return Object.fromEntries(handlers) as Record<DataMethodName, Handler>
}

function bind<M extends MethodName>(
  name: M,
  call: (params: Params<M>, context: CallContext) => Result<M> | Promise<Result<M>>,
): Handler {
  return async (rawParams, context) => call(readParams(name, rawParams), context)
}
