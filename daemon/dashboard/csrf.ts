import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { sameSecret } from '../same-secret.js'

/** The field of every form that changes something. */
export const CSRF_FIELD = 'csrf'

/** What a form must carry: nobody can make it who does not know the visitor's cookie and our secret. */
export function csrfToken(secret: string, visitorId: string): string {
  return createHmac('sha256', secret).update(`form of ${visitorId}`).digest('base64url')
}

/**
 * Whether a changing request comes from a page of ours. A page of another site can neither read the token nor hide
 * where it is.
 * @returns what is wrong, in words
 */
export function findForgery(headers: IncomingHttpHeaders, given: string | null, expected: string): string | undefined {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return `the request comes from another site (Sec-Fetch-Site: ${site})`
  }
  const { origin, host } = headers
  if (origin !== undefined && origin !== 'null' && hostOf(origin) !== host) {
    return `the request comes from ${origin}, and this is ${host ?? 'a host without a name'}`
  }
  if (origin === 'null') return 'the request does not say from where it comes (Origin: null)'
  if (given === null) return `the form carries no field ${JSON.stringify(CSRF_FIELD)}`
  return sameSecret(given, expected) ? undefined : 'the form was made for another visit; load the page again'
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
