import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { type Ask, MOST_FORM_BYTES, type Reply, textReply } from './ask.js'
import type { Dashboard } from './dashboard.js'
import { answerFile } from './files.js'
import { plainFields } from './form-value.js'
import { safeHeaders } from './headers.js'
import type { Live } from './live.js'

/** A request as frameworks hand it on: some read the body, or cut off the place where we are mounted. */
export type MountedRequest = IncomingMessage & { readonly baseUrl?: unknown; readonly body?: unknown }

export interface HandlerOptions {
  readonly dashboard: Dashboard
  readonly live: Live
  readonly logger: Logger
}

/** Answers a request; never throws. `base`: where we are mounted, with `path` being what stands behind it. */
export async function handle(
  { dashboard, live, logger }: HandlerOptions,
  request: MountedRequest,
  response: ServerResponse,
  place: { readonly base: string; readonly path: string },
): Promise<void> {
  try {
    const ask = await readAsk(request, place)
    if (ask?.path === '/live' && ask.method === 'GET' && (await dashboard.admit(ask)).visitor !== undefined) {
      live.add(response)
      return
    }
    const reply = ask === undefined ? tooLarge : await answer(dashboard, ask)
    send(request, response, reply)
    // What was refused has changed nothing.
    if (ask?.method === 'POST' && reply.status < 400) live.nudge()
  } catch (thrown) {
    logger.error('a request of the dashboard failed', { path: place.path, error: coerceError(thrown).message })
    if (response.headersSent) response.destroy()
    else send(request, response, textReply(500, 'The dashboard failed inside; the log has more.'))
  }
}

// What comes of it still is not waited for.
const tooLarge = textReply(413, 'The form is too large.', { connection: 'close' })

async function answer(dashboard: Dashboard, ask: Ask): Promise<Reply> {
  const { method, path } = ask
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
    return textReply(405, `Found ${method}; expected GET, HEAD or POST.`, { allow: 'GET, HEAD, POST' })
  }
  return path.startsWith('/static/') && method !== 'POST' ? answerFile(ask) : dashboard.answer(ask)
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  const length = status === 304 ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  response.writeHead(status, { ...safeHeaders, ...copied(headers), ...length })
  response.end(method === 'HEAD' ? undefined : body)
}

function copied(headers: Reply['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

/** @returns undefined if the form is too large */
async function readAsk(
  request: MountedRequest,
  { base, path }: { base: string; path: string },
): Promise<Ask | undefined> {
  const { method = 'GET', url = '/', headers } = request
  const at = url.indexOf('?')
  const form = method === 'POST' ? await readForm(request) : new URLSearchParams()
  if (form === undefined) return undefined
  return {
    method,
    path: path === '' ? '/' : path,
    base,
    query: plainFields(new URLSearchParams(at === -1 ? '' : url.slice(at + 1))),
    form: plainFields(form),
    headers,
    isEncrypted: (request.socket as Partial<TLSSocket>).encrypted === true,
    raw: request,
  }
}

async function readForm(request: MountedRequest): Promise<URLSearchParams | undefined> {
  const { body } = request
  // A framework has read it already. An empty object says nothing: some put one there without reading.
  if (typeof body === 'string') return new URLSearchParams(body)
  if (Buffer.isBuffer(body)) return new URLSearchParams(body.toString('utf8'))
  if (typeof body === 'object' && body !== null && Object.keys(body).length > 0) return formOf(body)
  const parts: Buffer[] = []
  let bytes = 0
  // The connection stays for the answer to a form that is too large.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > MOST_FORM_BYTES) return undefined
    parts.push(part)
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'))
}

function formOf(body: object): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof each === 'string') form.append(name, each)
    }
  }
  return form
}
