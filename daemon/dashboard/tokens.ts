import { sameSecret } from '../same-secret.js'
import type { Role, Visitor } from './visitor.js'

/** Who may see what without an application's own users. */
export interface TokenRules {
  /** Whoever has it may look and act. */
  readonly operate: string | undefined
  /** Whoever has it may look. */
  readonly view: string | undefined
  /** What whoever has none may do. */
  readonly withoutToken: Role | 'nothing'
}

/** Who shows this token; undefined for a token that is none of ours. */
export function visitorOf(token: string, { operate, view }: TokenRules): Visitor | undefined {
  // Both are looked at always, so that the time tells nothing.
  const operates = operate !== undefined && sameSecret(token, operate)
  const views = view !== undefined && sameSecret(token, view)
  if (operates) return { name: 'token to operate', role: 'operate' }
  return views ? { name: 'token to view', role: 'view' } : undefined
}

/** Who shows none; undefined if that is not enough to see anything. */
export function stranger({ withoutToken }: TokenRules): Visitor | undefined {
  return withoutToken === 'nothing' ? undefined : { name: 'without a token', role: withoutToken }
}

/** The token in an Authorization header: `Bearer TOKEN`. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}
