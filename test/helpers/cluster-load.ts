import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Test } from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf } from '../../chaos/marks.js'
import { type Job, Queue, openRedis } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { type ClusterOptions, startCluster, type TestCluster } from './cluster.js'
import type { TestNode } from './cluster-node.js'
import { startDaemon, type TestDaemon } from './daemon.js'
import { projectRoot } from './paths.js'
import { waitFor } from './wait-for.js'

const BOUND_MS = 60_000
/** Longer than a busy machine stands still: else nodes take each other for dead. */
export const NODE_TIMEOUT_MS = 2_500
/** So that a master is left a replica after its fail-over, which has what is acknowledged from then on. */
export const REPLICAS = 2
const JOB_MS = 5
/** So many jobs wait to run at most, so that what is new runs soon. */
const AHEAD = 100
const prefix = '{ann}:rq'
const keys = createKeys(prefix)

export interface Load {
  /** Ids of jobs that the master and its replicas have acknowledged, in that order. */
  readonly acknowledged: readonly string[]
  /** From now on so many replicas acknowledge a job: at first it is all of them, whichever is elected then. */
  waitFor(replicas: number): void
  /** Enqueue a job that lasts so long, before all others. Resolves when it has begun, with its id. */
  begin(ms: number): Promise<string>
  /** Resolves when so many more jobs are acknowledged and run. */
  more(count: number): Promise<void>
  /** Resolves when all that was acknowledged has ended. */
  end(): Promise<void>
  /** How often each acknowledged job ran. */
  runs(): number[]
  /** How often this one has begun so far. */
  runsOf(id: string): number
  /** How many results of each are kept by this node. */
  results(node: TestNode): Promise<number[]>
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
      // Sent again after its answer was lost, it is refused and counts as not acknowledged.
      await queue.enqueueCall({ func: 'work.run', args: [jobId, JOB_MS], jobId, resultTtl: -1, unique: true })
      acknowledged.push(jobId)
    } catch (thrown) {
      // Nothing was promised. A connection that is down refuses at once.
      refused = String(thrown)
      await nextTurn()
    }
  }
  const hasRun = (id: string): boolean => marks.ended.has(id)
  const mayGoOn = (): boolean => {
    marks.read()
    const id = acknowledged.at(-AHEAD)
    return isOver || id === undefined || hasRun(id)
  }
  const producing = (async () => {
    while (!isOver) {
      await enqueue()
      await waitFor('the daemon to come after', mayGoOn, BOUND_MS)
    }
  })()
  const fetch = (id: string): Promise<Job | undefined> => queue.fetchJob(id)
  const runsOf = (id: string): number => {
    marks.read()
    return executionsOf(marks.marks).get(id)?.length ?? 0
  }
  return {
    acknowledged,
    runsOf,
    begin: async (ms) => {
      const jobId = `slow-${acknowledged.length}`
      await queue.enqueueCall({ func: 'work.run', args: [jobId, ms], jobId, resultTtl: -1, atFront: true })
      acknowledged.push(jobId)
      await waitFor(`${jobId} to begin`, () => runsOf(jobId) > 0, BOUND_MS)
      return jobId
    },
    waitFor: (replicas) => {
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
    results: ({ client }) => Promise.all(acknowledged.map((id) => client.xlen(keys.results(id)))),
  }
}

/** A cluster under load. */
export interface Scene {
  readonly cluster: TestCluster
  readonly daemon: TestDaemon
  /** Start one more that is just like it. */
  readonly anotherDaemon: () => Promise<TestDaemon>
  readonly load: Load
  readonly master: TestNode
  /** Of that master. */
  readonly replicas: readonly TestNode[]
}

/** Start a cluster, a daemon on it and a producer; resolves when jobs run. */
export async function startScene(t: Test, options: ClusterOptions = {}, args: readonly string[] = []): Promise<Scene> {
  const cluster = await startCluster(t, { replicas: REPLICAS, nodeTimeoutMs: NODE_TIMEOUT_MS, ...options })
  const marks = new MarkFile(join(cluster.folder, 'marks'))
  t.teardown(() => marks.close())
  const work = ['-N', '2', '--wait-replicas', '1', '--prefix', prefix, ...args, 'work']
  const where = { env: { RQD_CHAOS_MARKS: marks.path }, tasks: join(projectRoot, 'chaos/tasks') }
  const anotherDaemon = (): Promise<TestDaemon> => startDaemon(t, cluster, work, where)
  const daemon = await anotherDaemon()
  const load = startLoad(t, cluster, marks, () => daemon.log())
  await load.more(50)
  const master = await cluster.ownerOf(keys.queues)
  return { cluster, daemon, anotherDaemon, load, master, replicas: await replicasOf(cluster, master) }
}

async function replicasOf({ nodes }: TestCluster, master: TestNode): Promise<TestNode[]> {
  const lines = (await master.client.call('CLUSTER', 'REPLICAS', master.id)) as string[]
  return nodes.filter(({ id }) => lines.some((line) => line.startsWith(id)))
}

/** Resolves when one of these nodes is a master. */
export function elected(nodes: readonly TestNode[]): Promise<TestNode> {
  return waitFor(
    'a replica to take over',
    async () => {
      for (const node of nodes) if (await node.isMaster()) return node
      return undefined
    },
    BOUND_MS,
  )
}
