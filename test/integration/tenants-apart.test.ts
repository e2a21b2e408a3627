import { join } from 'node:path'
import t, { type Test } from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf } from '../../chaos/marks.js'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { type TestCluster, startCluster } from '../helpers/cluster.js'
import type { TestNode } from '../helpers/cluster-node.js'
import { type TestDaemon, startDaemon } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000

/** Two tenants on two nodes. */
interface Rig {
  readonly cluster: TestCluster
  readonly marks: MarkFile
  /** The node that serves a tenant. */
  readonly nodes: Readonly<Record<'ann' | 'bob', TestNode>>
  start(): Promise<TestDaemon>
  enqueue(tenant: 'ann' | 'bob', count: number): Promise<string[]>
  /** Resolves when all of these have ended, each once. */
  ended(ids: readonly string[]): Promise<void>
}

async function startRig(t: Test): Promise<Rig> {
  const cluster = await startCluster(t)
  const marks = new MarkFile(join(cluster.folder, 'marks'))
  t.teardown(() => marks.close())
  const [ann, bob] = await Promise.all(
    ['{ann}:rq', '{bob}:rq'].map((prefix) => cluster.ownerOf(createKeys(prefix).queues)),
  )
  if (ann === undefined || bob === undefined || ann === bob) throw new Error('the tenants are to be on two nodes')
  const nodes = { ann, bob }
  let jobs = 0
  return {
    cluster,
    marks,
    nodes,
    start: () =>
      startDaemon(t, cluster, ['-N', '2', '--spares', '0', '--tenants', 'ann,bob', 'work'], {
        env: { RQD_CHAOS_MARKS: marks.path },
        tasks: join(projectRoot, 'chaos/tasks'),
        ready: false,
      }),
    enqueue: async (tenant, count) => {
      const queue = new Queue('work', { connection: nodes[tenant].client, prefix: `{${tenant}}:rq` })
      const ids = Array.from({ length: count }, () => `${tenant}-${(jobs += 1)}`)
      await Promise.all(ids.map((jobId) => queue.with({ jobId }).enqueue('work.run', jobId, 5)))
      return ids
    },
    ended: async (ids) => {
      await waitFor('all jobs to end', () => (marks.read(), ids.every((id) => marks.ended.has(id))), BOUND_MS)
      const runs = executionsOf(marks.marks)
      t.ok(
        ids.every((id) => runs.get(id)?.length === 1),
        'each ran once',
      )
    },
  }
}

t.test('a tenant whose Redis stands still does not hold up the others, and goes on when it is back', async (t) => {
  const rig = await startRig(t)
  const daemon = await rig.start()
  await waitFor('the daemon', () => daemon.log().includes('daemon ready'), BOUND_MS)
  await rig.ended([...(await rig.enqueue('ann', 3)), ...(await rig.enqueue('bob', 3))])
  rig.nodes.ann.freeze()
  await waitFor(
    'the daemon to see it',
    async () => (await daemon.status()).tenants?.find(({ name }) => name === 'ann')?.connected === false,
    BOUND_MS,
  )
  await rig.ended(await rig.enqueue('bob', 200))
  const { tenants, state, queues } = await daemon.status()
  t.match(tenants, [
    { name: 'ann', connected: false, roundTripMs: null },
    { name: 'bob', connected: true },
  ])
  t.equal(state, 'running')
  t.match(queues, [
    { tenant: 'ann', depth: null },
    { tenant: 'bob', depth: 0 },
  ])
  rig.nodes.ann.thaw()
  await rig.ended(await rig.enqueue('ann', 5))
  daemon.signal('SIGTERM')
  t.equal((await daemon.ended).code, 0)
})

t.test(
  'a daemon starts with the tenants whose Redis answers, and begins with the others when theirs does',
  async (t) => {
    const rig = await startRig(t)
    rig.nodes.ann.freeze()
    const daemon = await rig.start()
    await waitFor('the daemon', () => daemon.log().includes('daemon ready'), BOUND_MS)
    await rig.ended(await rig.enqueue('bob', 20))
    t.match((await daemon.status()).tenants, [
      { name: 'ann', state: 'starting', connected: false },
      { name: 'bob', state: 'running', connected: true },
    ])
    rig.nodes.ann.thaw()
    await rig.ended(await rig.enqueue('ann', 5))
    t.match((await daemon.status()).tenants, [{ name: 'ann', state: 'running', connected: true }, { name: 'bob' }])
  },
)

t.test('a daemon can be stopped while the Redis of a tenant is away', async (t) => {
  const rig = await startRig(t)
  rig.nodes.ann.freeze()
  const daemon = await rig.start()
  await waitFor('the daemon', () => daemon.log().includes('daemon ready'), BOUND_MS)
  daemon.signal('SIGTERM')
  t.equal((await daemon.ended).code, 0, daemon.log())
})
