import type * as otel from '@opentelemetry/api'
import type { EnqueueCall } from './enqueue-call.js'
import { coerceError } from './errors.js'
import { requirePackage } from './require.js'

type Api = typeof otel

/** Where the package leaves what a program has set up: all copies of it in a process share that. */
const GLOBAL = Symbol.for('opentelemetry.js.api.1')

let loaded: Api | null | undefined

/**
 * OpenTelemetry, where the program has set it up. Whoever does not use it pays for one look at a global: the package is
 * loaded only then.
 */
export function telemetry(): Api | undefined {
  if (!Reflect.has(globalThis, GLOBAL)) return undefined
  loaded ??= load()
  return loaded ?? undefined
}

/** Spans of ours, by the conventions for messaging systems. */
export const tracerName = 'rqd'

/** Attributes of a span about jobs of a queue. */
export function messagingAttributes(queue: string, operation: 'send' | 'process'): otel.Attributes {
  return {
    'messaging.system': 'rq',
    'messaging.destination.name': queue,
    'messaging.operation.type': operation,
    'messaging.operation.name': operation === 'send' ? 'enqueue' : 'run',
  }
}

/**
 * Enqueue jobs within a span, where somebody traces. Their meta carries it on: `traceparent` and the like, as W3C names
 * them.
 * @param send gets the calls with that meta
 */
export function sendTraced<C extends EnqueueCall, T>(
  queue: string,
  calls: readonly C[],
  send: (calls: readonly C[]) => Promise<T>,
): Promise<T> {
  const api = telemetry()
  return api === undefined ? send(calls) : sendWithin(api, queue, calls, send)
}

async function sendWithin<C extends EnqueueCall, T>(
  api: Api,
  queue: string,
  calls: readonly C[],
  send: (calls: readonly C[]) => Promise<T>,
): Promise<T> {
  const attributes = messagingAttributes(queue, 'send')
  if (calls.length !== 1) attributes['messaging.batch.message_count'] = calls.length
  const span = api.trace
    .getTracer(tracerName)
    .startSpan(`enqueue ${queue}`, { kind: api.SpanKind.PRODUCER, attributes })
  const carrier: Record<string, string> = {}
  api.propagation.inject(api.trace.setSpan(api.context.active(), span), carrier)
  const traced = calls.map((call) => ({ ...call, meta: { ...call.meta, ...carrier } }))
  try {
    return await send(traced)
  } catch (thrown) {
    const error = coerceError(thrown)
    span.recordException(error)
    span.setStatus({ code: api.SpanStatusCode.ERROR, message: error.message })
    throw thrown
  } finally {
    span.end()
  }
}

function load(): Api | null {
  try {
    return requirePackage('@opentelemetry/api') as Api
  } catch {
    return null
  }
}
