import { isIP } from 'node:net'
import { RqdError } from '../../src/errors.js'

/** Where HTTP is served. */
export type HttpAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

const EXPECTED = 'expected an address and a port such as 127.0.0.1:9181 or [::1]:9181, or unix:/path/of/a.sock'

/** @throws RqdError RQD_BAD_OPTION for text that is no address. */
export function parseHttpAddress(text: string): HttpAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    if (path.startsWith('/')) return { kind: 'unix', path }
  } else {
    const [, inBrackets, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
    const host = inBrackets ?? plain
    const port = Number(digits)
    const isHost = inBrackets === undefined ? isNameOrIpv4(plain ?? '') : isIP(inBrackets) === 6
    if (host !== undefined && isHost && port <= 65_535) return { kind: 'tcp', host, port }
  }
  throw new RqdError('RQD_BAD_OPTION', `the address of the HTTP listener is ${JSON.stringify(text)}; ${EXPECTED}`)
}

/** Whether only programs on this machine reach it. */
export function isLocal(address: HttpAddress): boolean {
  return address.kind === 'unix' || isLoopbackHost(address.host)
}

/** An address as text, as it may be given. `port`: the one that it got, if any would do. */
export function showHttpAddress(address: HttpAddress, port?: number): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${host}:${port ?? address.port}`
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isNameOrIpv4(host: string): boolean {
  return isIP(host) === 4 || (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host) && !/^[\d.]+$/.test(host))
}
