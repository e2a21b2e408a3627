import { coerceError } from '../errors.js'
import type { Webhook } from '../job/hash.js'
import { LONGEST_WEBHOOK_SEC, type Delivery } from '../redis/webhook-store.js'
import { version } from '../version.js'

/** What became of an attempt. `refused`: another one would end no better. */
export type Posted =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

/** Answers after which it is tried again. */
const passing = new Set([408, 425, 429])

/**
 * The request of a webhook.
 * @throws TypeError for an address that is none, or is not http or https, for credentials in it, and for bad headers;
 * its text tells no secrets
 */
export function requestOf(webhook: Webhook, delivery: Delivery): Request {
  const { protocol, username, password } = new URL(webhook.url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is neither http: nor https:`)
  if (username + password !== '') throw new TypeError('its address holds credentials')
  const headers = new Headers({
    'user-agent': `rqd/${version}`,
    'x-rqd-delivery': delivery.entry,
    'x-rqd-job-id': encodeURIComponent(delivery.jobId),
    'x-rqd-job-status': delivery.status,
  })
  const isPost = webhook.method === 'POST'
  if (isPost) headers.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(webhook.headers ?? {})) setHeader(headers, name, value)
  // Elsewhere is not where the job's owner wanted it to go.
  const init = { method: webhook.method, headers, redirect: 'manual' } as const
  return new Request(webhook.url, isPost ? { ...init, body: JSON.stringify(bodyOf(delivery)) } : init)
}

function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value)
  } catch {
    // Its own words tell the value, which may be a secret.
    throw new TypeError(`HTTP does not allow its header ${JSON.stringify(name)}`)
  }
}

/** What is told of the job. */
export function bodyOf({ jobId, status, queue, description, endedAt }: Delivery): Record<string, string | null> {
  const func = /^[^\s(]+(?=\()/.exec(description)?.[0] ?? null
  return { id: jobId, status, origin: queue, func_name: func, ended_at: endedAt }
}

/** Send it once. Never rejects. */
export async function post(request: Request, timeoutSec: number): Promise<Posted> {
  const limitSec = timeoutSec > 0 ? Math.min(timeoutSec, LONGEST_WEBHOOK_SEC) : LONGEST_WEBHOOK_SEC
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(limitSec * 1000) })
    // Nobody reads what it says.
    await response.body?.cancel().catch(() => undefined)
    if (response.ok) return { kind: 'delivered' }
    const { status } = response
    return { kind: status >= 500 || passing.has(status) ? 'failed' : 'refused', why: `it answered ${status}` }
  } catch (thrown) {
    const error = coerceError(thrown)
    const why =
      error.name === 'TimeoutError' ? `no answer within ${limitSec} s` : coerceError(error.cause ?? error).message
    return { kind: 'failed', why }
  }
}
