import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { waitFor } from './wait-for.js'

/** What is looked at of an event. */
export interface SentryEvent {
  readonly tags?: Record<string, string>
  readonly exception: { values: { type: string; value: string; stacktrace?: { frames: { function: string }[] } }[] }
}

/** As much of a Sentry server as its clients need: it takes envelopes and keeps the events in them. */
export interface TestSentry {
  readonly dsn: string
  readonly events: readonly SentryEvent[]
  /** The events of one job, once there are any. */
  of(jobId: string): Promise<SentryEvent[]>
}

export async function startSentry(t: Test): Promise<TestSentry> {
  const events: SentryEvent[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      if (request.method === 'POST' && request.url?.startsWith('/api/7/envelope/') === true)
        events.push(...eventsOf(text))
      response.end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const of = (jobId: string): SentryEvent[] => events.filter(({ tags }) => tags?.['job_id'] === jobId)
  return {
    dsn: `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/7`,
    events,
    of: (jobId) =>
      waitFor(
        `an event of job ${jobId}`,
        () => {
          const found = of(jobId)
          return found.length > 0 ? found : undefined
        },
        60_000,
      ),
  }
}

/** An envelope is lines of JSON: a head, then for each item its own head and what it is. */
function eventsOf(envelope: string): SentryEvent[] {
  const lines = envelope.split('\n').filter((line) => line !== '')
  const parsed = lines.map((line) => JSON.parse(line) as unknown)
  return parsed.filter((_, i) => (parsed[i - 1] as { type?: string } | undefined)?.type === 'event') as SentryEvent[]
}
