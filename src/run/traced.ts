import type * as otel from '@opentelemetry/api'
import { decodeMeta } from '../job/meta.js'
import { messagingAttributes, telemetry, tracerName } from '../tracing.js'
import type { JobResult, RunJob } from './task.js'
import type { ErrorText } from './traceback.js'

/**
 * Run a job within a span that goes on from where it was enqueued, in TypeScript or Python: its meta says. Where nobody
 * traces, just run it.
 */
export function runTraced(job: RunJob, run: () => Promise<JobResult>): Promise<JobResult> {
  const api = telemetry()
  if (api === undefined) return run()
  const parent = api.propagation.extract(api.ROOT_CONTEXT, carrierOf(job.meta))
  const attributes = { ...messagingAttributes(job.queue, 'process'), 'messaging.message.id': job.id }
  const options = { kind: api.SpanKind.CONSUMER, attributes }
  return api.trace.getTracer(tracerName).startActiveSpan(`run ${job.queue}`, options, parent, async (span) => {
    try {
      const result = await run()
      if (result.outcome === 'error') note(api, span, result.error)
      return result
    } finally {
      span.end()
    }
  })
}

function note(api: typeof otel, span: otel.Span, { errorType, message, traceback }: ErrorText): void {
  span.recordException({ name: errorType, message, stack: traceback })
  span.setStatus({ code: api.SpanStatusCode.ERROR, message })
}

/** What meta says of a trace; anything else there is nobody's business here. */
function carrierOf(meta: Uint8Array | null): Record<string, string> {
  if (meta === null) return {}
  try {
    const { value } = decodeMeta(meta)
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    // The job itself meets the same where it looks at its meta.
    return {}
  }
}
