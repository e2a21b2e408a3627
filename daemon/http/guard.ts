import { isIP } from 'node:net'
import { sameSecret } from '../same-secret.js'

/** What the guard looks at of a request. */
export interface Asked {
  readonly host: string | undefined
  readonly authorization: string | undefined
}

/** Why a request is turned away, as an HTTP status and a sentence. */
export interface Refusal {
  readonly status: 401 | 403
  readonly text: string
}

/**
 * A page of a foreign site may reach this listener through the visitor's browser, under a name that it makes point here
 * (DNS rebinding). Such a request carries that name: addresses and `localhost` are taken, names only if they are known.
 * @param names names under which the listener may be asked for, without ports
 */
export function refuseHost(
  { host }: { readonly host?: string | undefined },
  names: readonly string[],
): Refusal | undefined {
  const name = hostOf(host ?? '')
  if (name !== undefined && (isIP(name) !== 0 || name === 'localhost' || names.includes(name))) return undefined
  const text = `the request is for the host ${JSON.stringify(host ?? '')}; expected an address, localhost, or a name listed as http-hosts`
  return { status: 403, text }
}

/** Without any token configured, everybody who reaches the listener may look. */
export function refuseToken(
  { authorization }: Pick<Asked, 'authorization'>,
  tokens: readonly string[],
): Refusal | undefined {
  if (tokens.length === 0) return undefined
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined && tokens.some((token) => sameSecret(given, token))) return undefined
  const found = given === undefined ? 'no bearer token' : 'another token'
  return {
    status: 401,
    text: `found ${found}; expected "Authorization: Bearer" with the daemon's http-token, or its http-view-token`,
  }
}

/** The name or address in a Host header. */
function hostOf(header: string): string | undefined {
  const [, inBrackets, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/@]+))(?::\d{1,5})?$/i.exec(header) ?? []
  return (inBrackets ?? plain)?.toLowerCase()
}
