import type { TlsFiles } from './tls.js'

/** How each is called after the `?` of a URL, as in redis-py where that has it. */
export const tlsNames: Readonly<Record<string, keyof TlsFiles>> = {
  ssl_ca_certs: 'caCerts',
  ssl_certfile: 'certfile',
  ssl_keyfile: 'keyfile',
  ssl_server_name: 'serverName',
}

/**
 * The files for TLS that the query of a URL names. `ssl_cert_reqs=required` and `ssl_check_hostname=true` say what is so
 * anyway.
 * @param refuse makes the error for what is wrong
 */
export function tlsFilesOf(query: URLSearchParams, refuse: (found: string) => Error): TlsFiles {
  const files: { -readonly [K in keyof TlsFiles]: string } = {}
  for (const [name, value] of query) {
    if (!name.startsWith('ssl_')) continue
    const key = Object.hasOwn(tlsNames, name) ? tlsNames[name] : undefined
    if (key !== undefined) {
      if (value === '') throw refuse(`has an empty ${name}`)
      files[key] = value
    } else if (name === 'ssl_cert_reqs' || name === 'ssl_check_hostname') {
      if (!/^(required|true)$/i.test(value)) throw refuse(`has ${name}=${value}, but certificates are always verified`)
    } else {
      throw refuse(`has ${name}, where ${Object.keys(tlsNames).join(', ')} are known`)
    }
  }
  return files
}
