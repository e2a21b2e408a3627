import { join } from 'node:path'
import { Cluster } from 'ioredis'
import t from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf } from '../../chaos/marks.js'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { rqctl, rqd, startDaemon } from '../helpers/daemon.js'
import { startCluster } from '../helpers/cluster.js'
import { projectRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

const TENANTS = ['ann', 'bob', 'cid', 'dot', 'eve', 'flo']
const BOUND_MS = 60_000
/** How long the job runs that ends while its slot is on two nodes. */
const SLOW_MS = 1_000

t.test(
  'W15: two daemons for six tenants of a cluster of three masters under load, while the slot of one moves: no job is lost or repeated',
  async (t) => {
    const cluster = await startCluster(t)
    const marks = new MarkFile(join(cluster.folder, 'marks'))
    t.teardown(() => marks.close())
    // Nothing is sent twice by this side either.
    const client = new Cluster(
      cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      { retryDelayOnFailover: 0, retryDelayOnTryAgain: 50, maxRedirections: 1_000 },
    )
    client.on('error', () => undefined)
    t.teardown(() => client.disconnect())
    const tenants = TENANTS.map((name) => {
      const prefix = `{${name}}:rq`
      return { name, prefix, keys: createKeys(prefix), queue: new Queue('work', { connection: client, prefix }) }
    })
    const owners = await Promise.all(tenants.map(({ keys }) => cluster.ownerOf(keys.queues)))
    t.equal(new Set(owners).size, 3, 'every master serves some of them')
    const options = { env: { RQD_CHAOS_MARKS: marks.path }, tasks: join(projectRoot, 'chaos/tasks'), ready: false }
    const daemons = await Promise.all(
      ['left', 'right'].map((name) =>
        // The lease is longer than a slot takes to move here, as docs/cluster.md advises where several daemons serve it.
        startDaemon(
          t,
          cluster,
          ['-N', '2', '--spares', '0', '--name', name, '--tenants', TENANTS.join(','), '--lease-sec', '60', 'work'],
          options,
        ),
      ),
    )

    for (const daemon of daemons) {
      await waitFor(`a daemon to be ready:\n${daemon.log()}`, () => daemon.log().includes('daemon ready'), BOUND_MS)
    }
    const ids: { id: string; key: string; results: string }[] = []
    const enqueue = async ({ name, keys, queue }: (typeof tenants)[number], ms: number): Promise<string> => {
      const id = `${name}-${ids.length}`
      ids.push({ id, key: keys.job(id), results: keys.results(id) })
      await queue.with({ jobId: id }).enqueue('work.run', id, ms)
      return id
    }
    let isOver = false
    const load = Promise.all(
      tenants.map(async (tenant) => {
        while (!isOver) for (let ms = 0; ms < 8; ms += 1) await enqueue(tenant, ms)
      }),
    )
    const [moved] = tenants as [(typeof tenants)[number]]
    const ran = (id: string, kind: 'begin' | 'end'): boolean => {
      marks.read()
      return marks.marks.some((mark) => mark.jobId === id && mark.kind === kind)
    }
    for (let round = 0; round < 2; round += 1) {
      const slow = await moved.queue
        .with({ atFront: true, jobId: `slow-${round}` })
        .enqueue('work.run', `slow-${round}`, SLOW_MS)
      ids.push({ id: slow.id, key: moved.keys.job(slow.id), results: moved.keys.results(slow.id) })
      await waitFor('the slow job to run', () => ran(slow.id, 'begin'), BOUND_MS)
      const owner = await cluster.ownerOf(moved.keys.queues)
      let waits = true
      await cluster.migrate(
        moved.keys.queues,
        cluster.nodes.find((node) => node !== owner)!,
        async () => {
          // Its result comes while its slot is on two nodes.
          if (waits) await waitFor('the slow job to end', () => ran(slow.id, 'end'), BOUND_MS)
          waits = false
        },
      )
      await waitFor(
        'its result',
        async () => (await client.hget(moved.keys.job(slow.id), 'status')) === 'finished',
        BOUND_MS,
      )
    }
    isOver = true
    await load

    const statusOf = (): Promise<(string | null)[]> => Promise.all(ids.map(({ key }) => client.hget(key, 'status')))
    await waitFor(
      'all jobs to finish',
      async () => (await statusOf()).every((status) => status === 'finished'),
      BOUND_MS,
    )
    marks.read()
    const runs = executionsOf(marks.marks)
    t.same(
      ids.filter(({ id }) => runs.get(id)?.length !== 1).map(({ id }) => id),
      [],
      `each of ${ids.length} jobs ran once`,
    )
    const results = await Promise.all(ids.map(({ results: key }) => client.xlen(key)))
    t.same(new Set(results), new Set([1]))
    t.ok(TENANTS.every((name) => ids.filter(({ id }) => id.startsWith(name)).length > 8))
    // A claim whose answer is lost with the connection to a node that the slot leaves is handed back unbegun: no repetition.
    const statuses = await Promise.all(daemons.map((daemon) => daemon.status()))
    for (const { counters } of statuses) t.match(counters, { fenced: 0, recovered: 0 })
    t.ok(
      statuses.every(({ counters }) => counters.finished > 0),
      'both daemons had jobs of theirs',
    )

    const info = await rqctl(['info', '--url', cluster.url, '--prefix', moved.prefix, '--json'])
    t.equal(info.code, 0, info.stderr)
    t.match(info.stdout, /"work"/)
  },
)

t.test('a cluster needs a prefix with a hash tag, and nodes that can be read', async (t) => {
  const url = 'redis+cluster://:secret@10.0.0.1:7000,10.0.0.2:7000'
  const plain = await rqd(['--url', url])
  t.equal(plain.code, 2)
  t.match(plain.stderr, /the prefix is "rq"; on a Redis Cluster it needs a hash tag/)
  const bad = await rqd(['--url', 'redis+cluster://:secret@10.0.0.1:7000/3', '--prefix', '{a}:rq'])
  t.equal(bad.code, 2)
  t.match(bad.stderr, /names the node "10\.0\.0\.1:7000\/3" \(a cluster has no databases\)/)
  t.notMatch(bad.stderr, /secret/)
  const ctl = await rqctl(['info', '--url', url])
  t.match(ctl.stderr, /needs a hash tag/)
})
