import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { environment } from '../../chaos/fleet.js'
import { MarkFile } from '../../chaos/mark-file.js'
import { executionsOf, type Execution } from '../../chaos/marks.js'
import { HostDaemon } from '../../chaos/netns/hosts.js'
import { HubRedis } from '../../chaos/netns/hub-redis.js'
import { HUB_ADDRESS, type Network } from '../../chaos/netns/network.js'
import { childrenOf, titleOf } from '../../chaos/processes.js'
import { AHEAD_MS } from '../../daemon/supervisor/pace.js'
import { Queue } from '../../src/index.js'
import { startNetwork, withoutDelays } from '../helpers/namespaces.js'
import { waitFor } from '../helpers/wait-for.js'

const run = promisify(execFile)

const EACH_WAY_MS = 40
/** Longer than a busy machine stands still. */
const LEASE_SEC = 5
/** Longer than the lease. */
const LONG_MS = 6_000

/** How long the middle takes to say that nobody listens there; undefined if it says nothing. */
const roundTripMs = async (network: Network, host: number): Promise<number | undefined> => {
  const tell = `process.stdout.write(String(performance.now() - begun)); process.exit()`
  const script = `
    const socket = require('node:net').connect(1, '${HUB_ADDRESS}')
    const begun = performance.now()
    setTimeout(() => process.exit(), 1_000)
    socket.on('error', ({ code }) => { if (code === 'ECONNREFUSED') { ${tell} } })`
  const [program = '', ...prefix] = network.on(host)
  const { stdout } = await run(program, [...prefix, process.execPath, '-e', script], { env: environment('') })
  return stdout === '' ? undefined : Number(stdout)
}

const leastRoundTripMs = async (network: Network, host: number): Promise<number> => {
  let leastMs = Infinity
  for (let i = 0; i < 4; i += 1) leastMs = Math.min(leastMs, (await roundTripMs(network, host)) ?? Infinity)
  return leastMs
}

interface Hosts {
  readonly network: Network
  readonly daemons: readonly HostDaemon[]
  /** Enqueue so many jobs of so long: for each tenant, where there are any. */
  enqueue(queue: 'long' | 'short', jobs: number, ms: number): Promise<void>
  /** Runs of all jobs, when each has ended and Redis knows it. */
  settled(): Promise<Execution[][]>
  log(host: number): Promise<string>
}

/** A daemon on each host, of which the last is far away. */
async function startHosts(t: Test, hosts: number, tenants?: readonly string[]): Promise<Hosts> {
  const network = await startNetwork(t, hosts, { slow: true })
  const far = hosts - 1
  await network.delay(far, EACH_WAY_MS)
  const folder = await mkdtemp(join(tmpdir(), 'rqd-slow-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const marks = new MarkFile(join(folder, 'marks'))
  t.teardown(() => marks.close())
  const redis = await HubRedis.start(network, folder)
  t.teardown(() => redis.end())
  const options = { leaseSec: LEASE_SEC, executors: 2, ...(tenants && { tenants }) }
  const daemons = Array.from({ length: hosts }, (_, host) =>
    HostDaemon.start(network, host, options, folder, environment(marks.path)),
  )
  t.teardown(() => Promise.all(daemons.map((daemon) => daemon.stop())))
  for (const daemon of daemons) {
    await waitFor(`host ${daemon.host} to be ready`, async () => (await daemon.status())?.state === 'running')
  }
  const prefixes = tenants?.map((tenant) => `{${tenant}}:rq`) ?? ['rq']
  const jobs: string[] = []
  return {
    network,
    daemons,
    enqueue: async (name, count, ms) => {
      for (const prefix of prefixes) {
        const queue = new Queue(name, { connection: redis.client, prefix })
        const ids = Array.from({ length: count }, (_, i) => `${name}-${jobs.length + i}`)
        jobs.push(...ids)
        await Promise.all(ids.map((id) => queue.with({ jobId: id }).enqueue('work.run', id, ms)))
      }
    },
    settled: async () => {
      const counted = async (): Promise<number> => {
        const all = await Promise.all(daemons.map((daemon) => daemon.status()))
        return all.reduce((sum, status) => sum + (status?.counters.finished ?? 0), 0)
      }
      await waitFor(`${jobs.length} jobs to finish`, async () => (await counted()) >= jobs.length, 60_000)
      marks.read()
      const runs = executionsOf(marks.marks)
      return jobs.map((id) => runs.get(id) ?? [])
    },
    log: (host) => readFile(join(folder, `${host}.log`), 'utf8'),
  }
}

t.test(
  'a link that is made slower takes so much longer each way, and no longer when that is over',
  { skip: withoutDelays },
  async (t) => {
    const network = await startNetwork(t, 2, { slow: true })
    await network.delay(0, EACH_WAY_MS)
    t.ok((await leastRoundTripMs(network, 0)) >= 2 * EACH_WAY_MS)
    await network.cut(0)
    t.equal(await roundTripMs(network, 0), undefined, 'it can be cut all the same')
    await network.mend(0)
    t.ok((await leastRoundTripMs(network, 0)) >= 2 * EACH_WAY_MS, 'and is as slow afterwards')
    await network.delay(0, 0)
    await waitFor('a quick answer', async () => ((await roundTripMs(network, 0)) ?? Infinity) < 2 * EACH_WAY_MS)
    await network.remove()
    const left = childrenOf(process.pid).map(({ pid }) => titleOf(pid))
    t.same(
      left.filter((title) => title.includes('cable.py')),
      [],
      'no cable is left behind',
    )
  },
)

t.test('links of a network that was not made for it are not made slower', { skip: withoutDelays }, async (t) => {
  const network = await startNetwork(t, 1)
  await t.rejects(network.delay(0, EACH_WAY_MS), /made without `slow`/)
})

t.test(
  'W15: a daemon far away from Redis keeps its lease, runs each job once, and shows how far it is',
  { skip: withoutDelays },
  async (t) => {
    const { network, daemons, enqueue, settled, log } = await startHosts(t, 1)
    await enqueue('long', 1, LONG_MS)
    await enqueue('short', 300, 2)
    const runs = await settled()
    t.same(
      runs.filter(({ length }) => length !== 1),
      [],
    )
    const status = await daemons[0]!.status()
    // Where the machine stands still for a moment, jobs that lie ahead go back unbegun.
    t.match(status?.counters, { finished: 301, failed: 0, fenced: 0, recovered: 0 })
    t.ok((status?.redis.roundTripMs ?? 0) >= 2 * EACH_WAY_MS)
    t.notMatch(await log(0), /lease was lost|does not answer|cannot claim/)
    await network.delay(0, 0)
    await waitFor('the daemon to find itself near', async () => {
      const ms = (await daemons[0]!.status())?.redis.roundTripMs ?? Infinity
      return ms < 2 * EACH_WAY_MS
    })
  },
)

t.test('W15: of two daemons, one near and one far, both run jobs, each once', { skip: withoutDelays }, async (t) => {
  const { daemons, enqueue, settled } = await startHosts(t, 2)
  await enqueue('long', 2, LONG_MS)
  await enqueue('short', 1_000, 5)
  const runs = await settled()
  t.same(
    runs.filter(({ length }) => length !== 1),
    [],
  )
  const [near = 0, far = 0] = daemons.map(({ pid }) => runs.filter(([first]) => first?.parentPid === pid).length)
  t.comment(`near ${near}, far ${far}: the far one had ${(far / near).toFixed(2)} of the near one's rate`)
  t.ok(near > 0 && far > 0)
  for (const daemon of daemons) t.match((await daemon.status())?.counters, { fenced: 0, recovered: 0, failed: 0 })
})

t.test(
  'W15: executors that tenants share hold ahead as much as one that is far away from Redis needs',
  { skip: withoutDelays },
  async (t) => {
    const jobMs = 4
    const { daemons, enqueue, settled } = await startHosts(t, 1, ['ann', 'bob'])
    await enqueue('short', 400, jobMs)
    const mostAhead = async (): Promise<number> =>
      Math.max(...((await daemons[0]!.status())?.executors ?? []).map(({ ahead }) => ahead))
    // Near Redis these would be 5 at most.
    await waitFor('an executor with more ahead', async () => (await mostAhead()) > AHEAD_MS / jobMs, 60_000)
    const runs = await settled()
    t.same(
      runs.filter(({ length }) => length !== 1),
      [],
    )
    t.match((await daemons[0]!.status())?.counters, { finished: 800, failed: 0, fenced: 0, recovered: 0 })
  },
)
