import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** A request, as far as the dashboard looks at it. */
export interface Ask {
  readonly method: string
  /** Below the place where the dashboard is mounted; begins with a slash. */
  readonly path: string
  /** That place: empty, or a path such as `/rq`. */
  readonly base: string
  /** The place of the site that it is part of, for which a sign-in holds: the base, or above it. */
  readonly root: string
  readonly query: URLSearchParams
  /** Fields of a form that was sent; empty for a GET. */
  readonly form: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly isEncrypted: boolean
  /** The request itself, for whoever says who asks. */
  readonly raw: IncomingMessage
}

/** An answer. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array
}

/** What a visitor may send at most, bytes: ids of a few thousand chosen jobs. */
export const MOST_FORM_BYTES = 256 * 1024

/** Go elsewhere; the browser asks for it with GET. */
export function redirect(location: string, headers: Reply['headers'] = {}): Reply {
  return { status: 303, headers: { location, ...headers }, body: '' }
}

/** A line of text. */
export function textReply(status: number, text: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` }
}
