import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue, openRedis } from '../../src/index.js'
import { makeCertificates, tlsArguments } from '../helpers/certificates.js'
import { rqctl, rqd, startDaemon } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { MASTER_NAME, startSentinel } from '../helpers/sentinel.js'
import { waitFor } from '../helpers/wait-for.js'

const FOLLOWED_WITHIN_MS = 30_000
/** Of Redis, and of the default user of the sentinel: neither is the one that we use there. */
const [SECRET, ADMIN] = ['secret', 'admin']

const wantsPassword = ['--requirepass', SECRET, '--masterauth', SECRET]
const knowsPassword = `sentinel auth-pass ${MASTER_NAME} ${SECRET}`

/** The line for sentinel.conf in docs/redis.md: the user `rqd`, whose password is `other`. */
async function ruleOfThePage(): Promise<string> {
  const page = await readFile(join(projectRoot, 'docs/redis.md'), 'utf8')
  return /^user rqd .*$/m.exec(page)?.[0] ?? 'docs/redis.md has no user of sentinels'
}

/** A queue over this URL, and a function that runs a job to its end. */
function connected(t: Test, url: string): { connection: ReturnType<typeof openRedis>; run: () => Promise<unknown> } {
  const connection = openRedis(url)
  // While the master is replaced there is none.
  connection.on('error', () => undefined)
  t.teardown(() => connection.disconnect())
  const queue = new Queue('default', { connection })
  const run = async (): Promise<unknown> => {
    const job = await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('the job', async () => (await job.refresh(), job.status === 'finished'), FOLLOWED_WITHIN_MS)
    return job.result
  }
  return { connection, run }
}

t.test(
  'over TLS to Redis and to the sentinels, with the rights of the page alone, jobs outlive a fail-over',
  async (t) => {
    const { ca, server } = await makeCertificates(t)
    const pair = await server('redis.test')
    const tls = { ca: await readFile(ca, 'utf8') }
    const rule = await ruleOfThePage()
    const sentinel = await startSentinel(t, {
      server: (port) => ['--port', '0', ...tlsArguments(port, pair, ca), '--tls-replication', 'yes', ...wantsPassword],
      sentinel: (port) => [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${pair.cert}`,
        `tls-key-file ${pair.key}`,
        `tls-ca-cert-file ${ca}`,
        'tls-auth-clients no',
        'tls-replication yes',
        knowsPassword,
        `requirepass ${ADMIN}`,
        rule,
      ],
      client: { password: SECRET, sentinelPassword: ADMIN, tls, sentinelTLS: tls, enableTLSForSentinelMode: true },
      asked: { password: ADMIN, tls },
    })
    const place = `rediss+sentinel://:${SECRET}@127.0.0.1:${sentinel.sentinelPort}/${MASTER_NAME}`
    const url = `${place}?ssl_ca_certs=${ca}&sentinel_username=rqd&sentinel_password=other`
    await waitFor('the sentinel to know the replica', async () => (await sentinel.client.wait(1, 100)) === 1)
    const { connection, run } = connected(t, url)
    await startDaemon(t, { folder: sentinel.folder, url }, ['-N', '1', 'default'])
    t.equal(await run(), 3)
    await connection.wait(1, FOLLOWED_WITHIN_MS)
    await sentinel.failOver()
    connection.disconnect()
    t.equal(await connected(t, url).run(), 3)
    t.same(await sentinel.asked.call('ACL', 'LOG'), [], 'the sentinel has refused nothing')

    const trial = (query: string): ReturnType<typeof rqctl> => rqctl(['info', '--url', `${place}?${query}`])
    const name = `the sentinel 127.0.0.1:${sentinel.sentinelPort} does not answer`
    t.match(await trial(`ssl_ca_certs=${ca}&sentinel_username=rqd&sentinel_password=wrong`), {
      code: 1,
      stderr: new RegExp(`${name}: it does not know this user name and password`),
    })
    t.match(await trial('sentinel_username=rqd&sentinel_password=other'), {
      code: 1,
      stderr: new RegExp(`${name}: its certificate is of an authority that is not known here`),
    })
    t.match(await trial(`sentinel_ssl=false&ssl_ca_certs=${ca}&sentinel_username=rqd&sentinel_password=other`), {
      code: 1,
      stderr: new RegExp(`${name}: it cut the connection, as it does where TLS is wanted`),
    })
  },
)

t.test('sentinels and Redis that want passwords get each its own, from a file and from a URL', async (t) => {
  const sentinel = await startSentinel(t, {
    server: (port) => ['--port', String(port), ...wantsPassword],
    sentinel: (port) => [`port ${port}`, knowsPassword, `requirepass ${ADMIN}`],
    client: { password: SECRET, sentinelPassword: ADMIN },
    asked: { password: ADMIN },
  })
  const place = `127.0.0.1:${sentinel.sentinelPort}/${MASTER_NAME}`
  const { connection, run } = connected(t, `redis+sentinel://:${SECRET}@${place}?sentinel_password=${ADMIN}`)
  const file = join(sentinel.folder, 'rqd.yaml')
  const settings = { INSTANCES: [`127.0.0.1:${sentinel.sentinelPort}`], MASTER_NAME, PASSWORD: SECRET }
  const check = async (more: object): ReturnType<typeof rqd> => {
    await writeFile(file, JSON.stringify({ SENTINEL: { ...settings, ...more } }))
    return rqd(['check', file, '--socket', join(sentinel.folder, 's')])
  }
  t.match((await check({ SENTINEL_KWARGS: { password: ADMIN } })).stdout, /ok +Redis +sentinel jobs at \S+ answers/)
  const refused = await check({ SENTINEL_KWARGS: { password: SECRET } })
  t.match(
    refused.stdout + refused.stderr,
    /the sentinel \S+ does not answer: it does not know this user name and password/,
  )
  const without = await check({})
  t.match(without.stdout + without.stderr, /the sentinel \S+ does not answer: it wants a password/)
  const wrong = await check({ PASSWORD: 'wrong', SENTINEL_KWARGS: { password: ADMIN } })
  t.match(wrong.stdout + wrong.stderr, /it does not know this user name and password/)
  t.notMatch(wrong.stdout + wrong.stderr, /the sentinel \S+ does not answer/)

  const url = `redis+sentinel://:${SECRET}@${place}?sentinel_password=${ADMIN}`
  await startDaemon(t, { folder: sentinel.folder, url }, ['-N', '1', 'default'])
  t.equal(await run(), 3)
  connection.disconnect()
})
