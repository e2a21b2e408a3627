import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue, openRedis } from '../../src/index.js'
import { type Certificates, makeCertificates, type Pair, tlsArguments } from '../helpers/certificates.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { freePort } from '../../chaos/free-port.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

interface Secure {
  readonly redis: TestRedis
  /** `rediss://…` with these files. */
  url(files: Readonly<Record<string, string>>, host?: string): string
}

async function secureRedis(t: Test, { ca }: Certificates, server: Pair, wantsClients = false): Promise<Secure> {
  const port = await freePort()
  const redis = await startRedis(t, tlsArguments(port, server, ca, wantsClients))
  const query = (files: object): string => new URLSearchParams(Object.entries(files)).toString()
  return { redis, url: (files, host = '127.0.0.1') => `rediss://${host}:${port}/0?${query(files)}` }
}

/** TLS 1.3 refuses a client after its handshake: often the end of the connection is seen before the reason. */
const refusesOurs =
  /it wants a certificate of ours|the authority of our certificate|a certificate of ours that it trusts \(ssl_certfile\)/

t.test('over TLS, with an authority and a certificate of ours, jobs are enqueued, run and seen', async (t) => {
  const certificates = await makeCertificates(t)
  const { redis, url } = await secureRedis(t, certificates, await certificates.server('redis.test'), true)
  const { cert, key } = await certificates.client()
  const secure = url({ ssl_ca_certs: certificates.ca, ssl_certfile: cert, ssl_keyfile: key })
  await startDaemon(t, { ...redis, url: secure }, ['-N', '1', 'default'])
  const connection = openRedis(secure)
  t.teardown(() => connection.disconnect())
  const job = await new Queue('default', { connection }).enqueue('arithmetic.add', 1, 2)
  await waitFor('the job', async () => (await job.refresh(), job.status === 'finished'))
  t.match(await rqctl(['info', '--url', secure]), { code: 0, stdout: /default/ })
})

t.test('a server whose certificate is not trusted is refused with the reason, and waited for', async (t) => {
  const certificates = await makeCertificates(t)
  const { ca, otherCa } = certificates
  const { redis, url } = await secureRedis(
    t,
    certificates,
    await certificates.server('redis.test', { loopback: false }),
  )
  const daemon = await startDaemon(t, { ...redis, url: url({ ssl_ca_certs: otherCa }) }, ['-N', '1'], { ready: false })
  await daemon.logged('its certificate is of an authority that is not known here; name that with ssl_ca_certs')
  t.match(daemon.log(), /Redis does not answer, waiting for it/)
  const trial = (files: Readonly<Record<string, string>>): ReturnType<typeof rqctl> =>
    rqctl(['info', '--url', url(files)])
  t.match(await trial({ ssl_ca_certs: otherCa }), { code: 1, stderr: /an authority that is not known here/ })
  t.match(await trial({ ssl_ca_certs: ca }), { code: 1, stderr: /its certificate is for other names.*ssl_server_name/ })
  t.match(await trial({ ssl_ca_certs: ca, ssl_server_name: 'redis.test' }), { code: 0 })
  t.match(await trial({ ssl_ca_certs: join(redis.folder, 'none') }), {
    code: 2,
    stderr: /ssl_ca_certs \S+ cannot be read/,
  })
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
})

t.test('TLS to a port without it, and none to a port that wants it, are told of with the scheme to use', async (t) => {
  const certificates = await makeCertificates(t)
  const port = await freePort()
  await startRedis(t, ['--port', String(port)])
  t.match(await rqctl(['info', '--url', `rediss://127.0.0.1:${port}/0`]), {
    code: 1,
    stderr: /as a port that does not speak TLS; use redis:\/\/ if so/,
  })
  const { url, redis } = await secureRedis(t, certificates, await certificates.server('redis.test'))
  const plain = url({}).replace('rediss:', 'redis:').replace('?', '')
  t.match(await rqctl(['info', '--url', plain]), {
    code: 1,
    stderr: /as it does where TLS is wanted; use rediss:\/\/ if so/,
  })
  const daemon = await startDaemon(t, { ...redis, url: plain }, ['-N', '1'], { ready: false })
  await daemon.logged('as it does where TLS is wanted; use rediss:// if so')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
})

t.test('a certificate that has expired, and one of ours that is missing or of a stranger, are told of', async (t) => {
  const certificates = await makeCertificates(t)
  const { ca } = certificates
  const expired = await secureRedis(t, certificates, await certificates.server('redis.test', { days: 0 }))
  t.match(await rqctl(['info', '--url', expired.url({ ssl_ca_certs: ca })]), {
    code: 1,
    stderr: /its certificate has expired; renew it there/,
  })
  const strict = await secureRedis(t, certificates, await certificates.server('redis.test'), true)
  t.match(await rqctl(['info', '--url', strict.url({ ssl_ca_certs: ca })]), {
    code: 1,
    stderr: refusesOurs,
  })
  const stranger = await certificates.client('other')
  const files = { ssl_ca_certs: ca, ssl_certfile: stranger.cert, ssl_keyfile: stranger.key }
  t.match(await rqctl(['info', '--url', strict.url(files)]), {
    code: 1,
    stderr: refusesOurs,
  })
})
