import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadTls } from '../../../src/redis/tls.js'
import { makeCertificates } from '../../helpers/certificates.js'

t.test('files for TLS that cannot be used are refused by name, with what was expected', async (t) => {
  const { folder, ca, client, server } = await makeCertificates(t)
  const [ours, other] = [await client(), await server('redis.test')]
  const empty = join(folder, 'empty.pem')
  await writeFile(empty, 'nothing')
  const nowhere = join(folder, 'nowhere.pem')
  const cases: [object, RegExp][] = [
    [{ caCerts: nowhere }, /^ssl_ca_certs \S+nowhere.pem cannot be read: ENOENT.*; expected a PEM file/],
    [{ caCerts: empty }, /^ssl_ca_certs \S+empty.pem holds no certificate; expected a PEM file/],
    [{ certfile: ours.cert, keyfile: nowhere }, /^ssl_keyfile \S+nowhere.pem cannot be read/],
    [
      { certfile: ours.cert, keyfile: other.key },
      /^ssl_keyfile \S+ does not fit the certificate in \S+.*expected its key/,
    ],
    [{ certfile: ours.cert }, /^ssl_certfile \S+ \(which has to hold the key too\) does not fit/],
    [{ keyfile: ours.key }, /^ssl_keyfile is given without ssl_certfile/],
  ]
  for (const [files, message] of cases) t.throws(() => loadTls(files), { code: 'RQD_BAD_OPTION', message })
  t.match(loadTls({ caCerts: ca, certfile: ours.cert, keyfile: ours.key, serverName: 'redis.test' }), {
    ca: /BEGIN CERTIFICATE/,
    cert: /BEGIN CERTIFICATE/,
    key: /BEGIN .*PRIVATE KEY/,
    servername: 'redis.test',
  })
})

t.test('each connection reads the files again; what cannot be used leaves the last good ones in place', async (t) => {
  const { folder, client } = await makeCertificates(t)
  const [first, second] = [await client(), await client()]
  const [certfile, keyfile] = [join(folder, 'now.crt'), join(folder, 'now.key')]
  await copyFile(first.cert, certfile)
  await copyFile(first.key, keyfile)
  const material = loadTls({ certfile, keyfile })
  const asNodeReads = (): object => Object.assign({}, material)
  await copyFile(second.cert, certfile)
  t.match(asNodeReads(), { cert: await readFile(first.cert, 'utf8'), key: await readFile(first.key, 'utf8') })
  await copyFile(second.key, keyfile)
  t.match(asNodeReads(), { cert: await readFile(second.cert, 'utf8'), key: await readFile(second.key, 'utf8') })
})
