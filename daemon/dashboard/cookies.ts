/** The value of a cookie in a Cookie header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** What a cookie is for. */
export interface CookieScope {
  /** The path below which it is sent. */
  readonly path: string
  /** Sent over TLS only. */
  readonly isSecure: boolean
}

/**
 * A Set-Cookie header: not readable by scripts, gone with the browser. Forms of other sites do not send it; links from
 * there do, so that whoever follows one is still signed in. What changes something is sent by signed forms alone.
 */
export function writeCookie(name: string, value: string, { path, isSecure }: CookieScope): string {
  return `${name}=${value}; Path=${path === '' ? '/' : path}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

/** A Set-Cookie header that removes a cookie. */
export function dropCookie(name: string, scope: CookieScope): string {
  return `${writeCookie(name, '', scope)}; Max-Age=0`
}
