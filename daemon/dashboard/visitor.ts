import type { IncomingMessage } from 'node:http'

/** What a visitor may do: look, or look and act. */
export type Role = 'view' | 'operate'

/** Who asks. */
export interface Visitor {
  /** For the log of what was changed. */
  readonly name: string
  readonly role: Role
}

/**
 * Says who asks; undefined for nobody who may see anything. An application that mounts the dashboard gives its own: it
 * knows its users.
 */
export type Authenticate = (request: IncomingMessage) => Visitor | undefined | Promise<Visitor | undefined>
