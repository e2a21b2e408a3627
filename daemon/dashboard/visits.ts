import { randomBytes } from 'node:crypto'
import type { Ask } from './ask.js'
import { type CookieScope, readCookie, writeCookie } from './cookies.js'
import type { Sessions } from './sessions.js'
import { type TokenRules, bearerOf, stranger, visitorOf } from './tokens.js'
import { type Authenticate, type Visitor, checkVisitor } from './visitor.js'

/** How visitors are known: by an application's users, or by tokens. */
export type Admission =
  | { readonly kind: 'application'; readonly authenticate: Authenticate }
  | { readonly kind: 'tokens'; readonly rules: TokenRules }

/** One request's visitor. */
export interface Visit {
  /** Undefined for nobody who may see anything. */
  readonly visitor: Visitor | undefined
  /** Tells browsers apart, for forms and notes. */
  readonly id: string
  /** A Set-Cookie header for a browser that has no id yet. */
  readonly newCookie: string | undefined
  /** Whether it has signed in, so that it may sign out. */
  readonly hasSession: boolean
}

/** Finds out who asks. */
export async function admit(ask: Ask, admission: Admission, sessions: Sessions): Promise<Visit> {
  const known = readCookie(ask.headers.cookie, cookieName(ask))
  const isId = known !== undefined && /^[\w-]{43}$/.test(known)
  const id = isId ? known : newVisitorId()
  const newCookie = isId ? undefined : writeCookie(cookieName(ask), id, cookieScope(ask))
  if (admission.kind === 'application') {
    return { visitor: checkVisitor(await admission.authenticate(ask.raw)), id, newCookie, hasSession: false }
  }
  const session = isId ? sessions.find(id) : undefined
  const token = bearerOf(ask.headers.authorization)
  const visitor = session ?? (token === undefined ? stranger(admission.rules) : visitorOf(token, admission.rules))
  return { visitor, id, newCookie, hasSession: session !== undefined }
}

export function newVisitorId(): string {
  return randomBytes(32).toString('base64url')
}

/** Cookies know no ports: two dashboards on one host must not sign each other out. */
export function cookieName({ headers }: Pick<Ask, 'headers'>): string {
  const port = /:(\d{1,5})$/.exec(headers.host ?? '')?.[1]
  return port === undefined ? 'rqd' : `rqd_${port}`
}

export function cookieScope({ root, isEncrypted }: Pick<Ask, 'root' | 'isEncrypted'>): CookieScope {
  return { path: root, isSecure: isEncrypted }
}
