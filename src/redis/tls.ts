import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { RqdError, coerceError } from '../errors.js'

/** What TLS needs beyond the authorities that Node knows. Paths of PEM files; the names are those of redis-py. */
export interface TlsFiles {
  /** Authorities to trust instead of Node's. */
  readonly caCerts?: string | undefined
  /** Our own certificate, where the server wants one. */
  readonly certfile?: string | undefined
  /** The key to it; left out, it is in the same file. */
  readonly keyfile?: string | undefined
  /** The name that the certificate of the server must have, and that is sent as SNI. Default: the host of the address. */
  readonly serverName?: string | undefined
}

/** As ioredis hands it to Node for each connection. */
export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/**
 * Read and check the files. Each new connection reads them again, so that a renewed certificate needs no restart; one
 * that cannot be used then leaves the last good one in place.
 * @throws RqdError RQD_BAD_OPTION naming the file, what is wrong with it and what was expected.
 */
export function loadTls(files: TlsFiles): TlsMaterial {
  let current = readTls(files)
  const fresh = (): TlsMaterial => {
    try {
      current = readTls(files)
    } catch {
      // Half of a pair may have been replaced so far.
    }
    return current
  }
  const { serverName, caCerts, certfile } = files
  const named = serverName === undefined ? {} : { servername: serverName }
  if (caCerts === undefined && certfile === undefined) return named
  return Object.defineProperties(named, {
    // Properties are read in this order, so that all three are of one reading.
    ca: { enumerable: true, get: () => fresh().ca },
    cert: { enumerable: true, get: () => current.cert },
    key: { enumerable: true, get: () => current.key },
  })
}

function readTls({ caCerts, certfile, keyfile }: TlsFiles): TlsMaterial {
  if (keyfile !== undefined && certfile === undefined)
    throw new RqdError(
      'RQD_BAD_OPTION',
      'ssl_keyfile is given without ssl_certfile: name the certificate that it is for',
    )
  const ca = caCerts === undefined ? undefined : readCertificates('ssl_ca_certs', caCerts)
  const cert = certfile === undefined ? undefined : readCertificates('ssl_certfile', certfile)
  const key = cert === undefined ? undefined : keyfile === undefined ? cert : read('ssl_keyfile', keyfile)
  if (cert !== undefined && key !== undefined) checkPair(cert, key, certfile ?? '', keyfile)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

function checkPair(cert: string, key: string, certfile: string, keyfile: string | undefined): void {
  try {
    createSecureContext({ cert, key })
  } catch (thrown) {
    const where =
      keyfile === undefined ? `ssl_certfile ${certfile} (which has to hold the key too)` : `ssl_keyfile ${keyfile}`
    const text = `${where} does not fit the certificate in ${certfile}: ${coerceError(thrown).message}; expected its key, in PEM form and without a passphrase`
    throw new RqdError('RQD_BAD_OPTION', text, { cause: thrown })
  }
}

function readCertificates(name: string, path: string): string {
  const text = read(name, path)
  try {
    new X509Certificate(text)
    return text
  } catch (thrown) {
    throw new RqdError('RQD_BAD_OPTION', `${name} ${path} holds no certificate; expected a PEM file of certificates`, {
      cause: thrown,
    })
  }
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    const text = `${name} ${path} cannot be read: ${coerceError(thrown).message}; expected a PEM file that this user may read`
    throw new RqdError('RQD_BAD_OPTION', text, { cause: thrown })
  }
}
