import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import { faultOf } from './faults.js'
import type { SaysOfItself } from './session-methods.js'

/** What is known of whoever calls. */
export interface Caller {
  /** Number of the connection, counted from 1 since the daemon started; undefined for an order through Redis. */
  readonly connection?: number
  /** The path of the socket, or `redis`. */
  readonly socket: string
  /** Who may connect to it. */
  readonly users: string
  /** What it says of itself, which nobody has checked. */
  readonly says: SaysOfItself | undefined
}

/** What is called. */
export interface Call {
  readonly method: string
  /** Whom it is about, as the caller wrote it; undefined: the daemon as a whole. */
  readonly tenant?: unknown
  readonly params: unknown
}

const MAX_PARAMS = 200

/** What may hold secrets: arguments of jobs, and whatever is named like one. */
const unshown = /^(args|kwargs|data|meta)$|pass|secret|token|dsn|credential/i

/** Write one line about a changing call when it has ended, well or not. @returns what `run` does. */
export async function audited<T>(
  { logger, clock }: { logger: Logger; clock: Clock },
  { method, tenant, params }: Call,
  caller: () => Caller,
  run: () => Promise<T>,
): Promise<T> {
  const sinceMonoMs = clock.monoMs()
  const tell = (outcome: string, error?: string): void => {
    const { connection, socket, users, says } = caller()
    const durationSec = Math.round(clock.monoMs() - sinceMonoMs) / 1000
    const whose = tenant === undefined ? undefined : typeof tenant === 'string' ? cut(tenant) : shownParams(tenant)
    const known = {
      method,
      tenant: whose,
      params: shownParams(params),
      outcome,
      error,
      durationSec,
      connection,
      socket,
    }
    logger.info('control call', { ...known, caller: users, asItSays: shownSelf(says) })
  }
  try {
    const result = await run()
    tell('ok')
    return result
  } catch (thrown) {
    const { message, data } = faultOf(thrown)
    tell(data?.code ?? 'failed inside', cut(message))
    throw thrown
  }
}

/** Parameters as a line shows them: short, and without what may be secret. */
export function shownParams(params: unknown): string {
  if (params === undefined) return ''
  try {
    return cut(JSON.stringify(params, (key, value: unknown) => (unshown.test(key) ? '…' : value)))
  } catch {
    return '(nested too deeply to be shown)'
  }
}

function shownSelf(says: SaysOfItself | undefined): string | undefined {
  if (says === undefined) return undefined
  const { client, user, pid } = says
  const parts = [client, user === null ? '' : `user ${user}`, pid === null ? '' : `pid ${pid}`]
  return parts.filter((part) => part !== '').join(', ')
}

function cut(text: string): string {
  return text.length > MAX_PARAMS ? `${text.slice(0, MAX_PARAMS - 1)}…` : text
}
