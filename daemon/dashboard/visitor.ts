import type { IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { RqdError } from '../../src/errors.js'

/** What a visitor may do: look, or look and act. */
export type Role = 'view' | 'operate'

/** Who asks. */
export interface Visitor {
  /** For the log of what was changed. */
  readonly name: string
  readonly role: Role
}

/**
 * Says who asks; undefined or null for nobody who may see anything. An application that mounts the dashboard gives its
 * own: it knows its users. What it throws is logged, and nothing is shown.
 */
export type Authenticate = (
  request: IncomingMessage,
) => Visitor | undefined | null | Promise<Visitor | undefined | null>

/**
 * What an application has answered, which may be written without types: nobody is let in by mistake.
 * @throws RqdError RQD_BAD_OPTION for what is neither a visitor nor nobody
 */
export function checkVisitor(answered: unknown): Visitor | undefined {
  if (answered === undefined || answered === null || answered === false) return undefined
  const { name, role } = answered as Partial<Record<keyof Visitor, unknown>>
  if (typeof name === 'string' && (role === 'view' || role === 'operate')) return { name, role }
  throw new RqdError(
    'RQD_BAD_OPTION',
    `authenticate answered a visitor with name ${inspect(name)} and role ${inspect(role)}; expected a text, and 'view' or 'operate'; or undefined for nobody`,
  )
}
