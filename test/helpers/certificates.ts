import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const run = promisify(execFile)
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate and its key, as paths of PEM files. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** An authority that certificates of this test are of, and another one. */
export interface Certificates {
  readonly folder: string
  readonly ca: string
  readonly otherCa: string
  /** Of a server that is called `name`; at 127.0.0.1 too, unless told otherwise. */
  server(name: string, options?: { loopback?: boolean; days?: number }): Promise<Pair>
  /** Of a client, by the authority or by the other one. */
  client(by?: 'ca' | 'other'): Promise<Pair>
}

/** Make them with openssl, for this test alone. */
export async function makeCertificates(t: Test): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-tls-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  let count = 0
  const authority = async (name: string): Promise<Pair> => {
    const pair = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
    const subject = ['-subj', `/CN=${name}`]
    await run('openssl', ['req', '-x509', '-days', '2', ...newKey, ...subject, '-keyout', pair.key, '-out', pair.cert])
    return pair
  }
  const [ours, other] = await Promise.all([authority('ca'), authority('other')])
  const issue = async (by: Pair, name: string, extensions: string, days: number): Promise<Pair> => {
    count += 1
    const base = join(folder, `${name}-${count}`)
    const pair = { cert: `${base}.crt`, key: `${base}.key` }
    await writeFile(`${base}.ext`, extensions)
    await run('openssl', ['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', `${base}.csr`])
    const signer = ['-CA', by.cert, '-CAkey', by.key, '-set_serial', String(count)]
    const rest = ['-days', String(days), '-extfile', `${base}.ext`]
    await run('openssl', ['x509', '-req', '-in', `${base}.csr`, '-out', pair.cert, ...signer, ...rest])
    return pair
  }
  return {
    folder,
    ca: ours.cert,
    otherCa: other.cert,
    server: (name, { loopback = true, days = 2 } = {}) =>
      issue(ours, name, `subjectAltName=DNS:${name}${loopback ? ',IP:127.0.0.1' : ''}\n`, days),
    client: (by = 'ca') => issue(by === 'ca' ? ours : other, 'client', 'extendedKeyUsage=clientAuth\n', 2),
  }
}

/** Arguments that make a redis-server speak TLS on this port. */
export function tlsArguments(port: number, server: Pair, ca: string, wantsClients = false): string[] {
  const files = ['--tls-cert-file', server.cert, '--tls-key-file', server.key, '--tls-ca-cert-file', ca]
  return ['--tls-port', String(port), ...files, '--tls-auth-clients', wantsClients ? 'yes' : 'no']
}
