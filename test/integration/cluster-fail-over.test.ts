import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf } from '../../chaos/marks.js'
import { type Job, Queue, openRedis } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { startCluster, type TestCluster, type TestNode } from '../helpers/cluster.js'
import { startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { projectRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000
/** Longer than a busy machine stands still: else nodes take each other for dead. */
const NODE_TIMEOUT_MS = 2_500
/** So that a master is left a replica after its fail-over, which has what is acknowledged from then on. */
const REPLICAS = 2
const JOB_MS = 5
const prefix = '{ann}:rq'
const keys = createKeys(prefix)

interface Load {
  /** Ids of jobs that the master and its replicas have acknowledged, in that order. */
  readonly acknowledged: readonly string[]
  /** From now on so few replicas acknowledge a job: at first it is all of them, whichever is elected then. */
  fewer(replicas: number): void
  /** Resolves when so many more jobs are acknowledged and run. */
  more(count: number): Promise<void>
  /** Resolves when all that was acknowledged has ended. */
  end(): Promise<void>
  /** How often each acknowledged job ran. */
  runs(): number[]
}

/** A producer that never stops, over one connection, and notes what was promised to it. */
function startLoad(t: Test, cluster: TestCluster, marks: MarkFile, log: () => string): Load {
  let isOver = false
  const connection = openRedis(cluster.url, { prefix })
  connection.on('error', () => undefined)
  t.teardown(() => {
    isOver = true
    connection.disconnect()
  })
  const queueFor = (waitReplicas: number): Queue =>
    new Queue('work', { connection, prefix, waitReplicas, waitReplicasTimeoutMs: 1_000 })
  let queue = queueFor(REPLICAS)
  const acknowledged: string[] = []
  let count = 0
  /** Why a job was not acknowledged, the last time. */
  let refused = 'none was refused'
  const enqueue = async (): Promise<void> => {
    const jobId = `job-${(count += 1)}`
    try {
      await queue.enqueueCall({ func: 'work.run', args: [jobId, JOB_MS], jobId, resultTtl: -1 })
      acknowledged.push(jobId)
    } catch (thrown) {
      // Nothing was promised. A connection that is down refuses at once.
      refused = String(thrown)
      await nextTurn()
    }
  }
  const producing = (async () => {
    while (!isOver) await enqueue()
  })()
  const hasRun = (id: string): boolean => marks.ended.has(id)
  const fetch = (id: string): Promise<Job | undefined> => queue.fetchJob(id)
  return {
    acknowledged,
    fewer: (replicas) => {
      queue = queueFor(replicas)
    },
    more: async (more) => {
      const from = acknowledged.length
      const since = (): string[] => acknowledged.slice(from, from + more)
      const done = (): boolean => (marks.read(), since().length >= more && since().every(hasRun))
      await waitFor(`${more} more jobs to be acknowledged and run`, done, BOUND_MS).catch((thrown: unknown) => {
        const waiting = since().filter((id) => !hasRun(id))
        const found = `${acknowledged.length - from} were acknowledged; not run: ${waiting.join(', ')}; ${refused}`
        throw new Error(`${String(thrown)}: ${found}; the daemon: ${log().slice(-2_000)}`)
      })
    },
    end: async () => {
      isOver = true
      await producing
      for (const id of acknowledged)
        await waitFor(`${id} to finish`, async () => (await fetch(id))?.status === 'finished', BOUND_MS)
    },
    runs: () => {
      marks.read()
      const all = executionsOf(marks.marks)
      return acknowledged.map((id) => all.get(id)?.length ?? 0)
    },
  }
}

interface Scene {
  readonly cluster: TestCluster
  readonly daemon: TestDaemon
  readonly load: Load
  readonly master: TestNode
  /** Of that master. */
  readonly replicas: readonly TestNode[]
}

async function setup(t: Test): Promise<Scene> {
  const cluster = await startCluster(t, { replicas: REPLICAS, nodeTimeoutMs: NODE_TIMEOUT_MS })
  const marks = new MarkFile(join(cluster.folder, 'marks'))
  t.teardown(() => marks.close())
  const daemon = await startDaemon(t, cluster, ['-N', '2', '--wait-replicas', '1', '--prefix', prefix, 'work'], {
    env: { RQD_CHAOS_MARKS: marks.path },
    tasks: join(projectRoot, 'chaos/tasks'),
  })
  const load = startLoad(t, cluster, marks, () => daemon.log())
  await load.more(50)
  const master = await cluster.ownerOf(keys.queues)
  return { cluster, daemon, load, master, replicas: await replicasOf(cluster, master) }
}

async function replicasOf({ nodes }: TestCluster, master: TestNode): Promise<TestNode[]> {
  const lines = (await master.client.call('CLUSTER', 'REPLICAS', master.id)) as string[]
  return nodes.filter(({ id }) => lines.some((line) => line.startsWith(id)))
}

/** Resolves when one of these nodes is a master. */
function elected(nodes: readonly TestNode[]): Promise<TestNode> {
  return waitFor(
    'a replica to take over',
    async () => {
      for (const node of nodes) if ((await node.client.info('replication')).includes('role:master')) return node
      return undefined
    },
    BOUND_MS,
  )
}

t.test(
  'W15: a master of a cluster that is replaced by hand under load costs no acknowledged job, no repetition and no restart',
  { timeout: 110_000 },
  async (t) => {
    const { daemon, load, replicas } = await setup(t)
    const [replica] = replicas as [TestNode]
    t.equal(await replica.client.call('CLUSTER', 'FAILOVER'), 'OK')
    t.equal((await elected(replicas)).id, replica.id)
    load.fewer(1)
    await load.more(50)
    await load.end()
    t.strictSame(new Set(load.runs()), new Set([1]), `each of ${load.acknowledged.length} acknowledged jobs ran once`)
    t.match(await daemon.status(), {
      pid: daemon.pid,
      redis: { connected: true },
      counters: { fenced: 0, recovered: 0 },
    })
  },
)

t.test(
  'W15: a master of a cluster that is killed under load costs no job that its replicas have acknowledged, and no restart',
  { timeout: 110_000 },
  async (t) => {
    const { daemon, load, master, replicas } = await setup(t)
    const killedMs = performance.now()
    await master.kill()
    await elected(replicas)
    const electedMs = performance.now()
    load.fewer(1)
    await load.more(50)
    const shown = (fromMs: number): string => ((performance.now() - fromMs) / NODE_TIMEOUT_MS).toFixed(1)
    t.comment(`node timeouts: to the 50th job ${shown(killedMs)}, of these after the election ${shown(electedMs)}`)
    await load.end()
    t.notOk(load.runs().includes(0), `each of ${load.acknowledged.length} acknowledged jobs ran`)
    t.match(await daemon.status(), { pid: daemon.pid, redis: { connected: true } })
  },
)
