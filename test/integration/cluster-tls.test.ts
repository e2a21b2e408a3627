import { readFile } from 'node:fs/promises'
import { Cluster } from 'ioredis'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { makeCertificates } from '../helpers/certificates.js'
import { startCluster } from '../helpers/cluster.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000
const prefix = '{ann}:rq'

t.test('a cluster over TLS with an authority of its own is worked on and seen', async (t) => {
  const certificates = await makeCertificates(t)
  const cluster = await startCluster(t, { certificates })
  const connection = new Cluster(
    cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    { redisOptions: { tls: { ca: await readFile(certificates.ca, 'utf8') } } },
  )
  connection.on('error', () => undefined)
  t.teardown(() => connection.disconnect())
  await startDaemon(t, cluster, ['-N', '1', '--prefix', prefix, 'default'])
  const job = await new Queue('default', { connection, prefix }).enqueue('arithmetic.add', 1, 2)
  await waitFor('the job', async () => (await job.refresh(), job.status === 'finished'), BOUND_MS)
  t.equal(job.result, 3)
  const info = (url: string): ReturnType<typeof rqctl> => rqctl(['info', '--url', url, '--prefix', prefix])
  t.match(await info(cluster.url), { code: 0, stdout: /default/ })
  t.match(await info(cluster.url.replace(certificates.ca, certificates.otherCa)), {
    code: 1,
    stderr: /no node of the cluster tells who serves the keys.*self-signed certificate/,
  })
})
