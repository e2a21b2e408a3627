import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { type Ask, MOST_FORM_BYTES, type Reply, textReply } from './ask.js'
import { answerFile } from './files.js'
import { plainFields } from './form-value.js'
import { safeHeaders } from './headers.js'
import type { Live } from './live.js'
import type { Visit } from './visits.js'

/** A request as frameworks hand it on: some read the body, or cut off the place where we are mounted. */
export type MountedRequest = IncomingMessage & { readonly baseUrl?: unknown; readonly body?: unknown }

/** Makes the answers to requests, except for files and what goes on. */
export interface Answering {
  /** Who asks. */
  admit(ask: Ask): Promise<Visit>
  answer(ask: Ask): Promise<Reply>
}

/** Where requests come in: `base` is where we are mounted, `path` what stands behind it; `root`: see `Ask`. */
export interface Place {
  readonly base: string
  readonly path: string
  readonly root?: string
}

export interface HandlerOptions {
  readonly dashboard: Answering
  readonly live: Live
  readonly logger: Logger
}

/** Answers a request; never throws. */
export async function handle(
  { dashboard, live, logger }: HandlerOptions,
  request: MountedRequest,
  response: ServerResponse,
  place: Place,
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

async function answer(dashboard: Answering, ask: Ask): Promise<Reply> {
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
async function readAsk(request: MountedRequest, { base, path, root = base }: Place): Promise<Ask | undefined> {
  const { method = 'GET', url = '/', headers } = request
  const at = url.indexOf('?')
  const form = method === 'POST' ? await readForm(request) : new URLSearchParams()
  if (form === undefined) return undefined
  return {
    method,
    path: path === '' ? '/' : path,
    base,
    root,
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
