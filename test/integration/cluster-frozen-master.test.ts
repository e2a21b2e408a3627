import t from 'tap'
import { elected, REPLICAS, startScene } from '../helpers/cluster-load.js'
import { loseMaster } from '../helpers/lose-master.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000
/** How long a job runs that two daemons begin. */
const SLOW_MS = 5_000

t.test(
  'W15: a master of a cluster that freezes under load costs no job that its replicas have acknowledged, and no restart; thawed it follows',
  { timeout: 300_000 },
  async (t) => {
    const scene = await startScene(t)
    const { master } = scene
    await loseMaster(
      t,
      scene,
      () => master.freeze(),
      () => master.thaw(),
    )
  },
)

t.test(
  'W15: what a daemon has claimed of a master that freezes is taken over from the next one; what it brings late is refused, not doubled',
  { timeout: 300_000 },
  async (t) => {
    const { daemon, anotherDaemon, load, master, replicas } = await startScene(t, {}, ['--lease-sec', '2'])
    const id = await load.begin(SLOW_MS)
    // All replicas have its claim.
    await master.client.ping()
    t.equal(await master.client.wait(REPLICAS, BOUND_MS), REPLICAS)
    daemon.signal('SIGSTOP')
    master.freeze()
    const next = await elected(replicas)
    load.waitFor(1)
    const other = await anotherDaemon()
    await waitFor('the other daemon to run the job again', () => load.runsOf(id) === 2, BOUND_MS)
    master.thaw()
    daemon.signal('SIGCONT')
    const fenced = async (): Promise<boolean> => (await daemon.status()).counters.fenced > 0
    await waitFor('the late result to be refused', fenced, BOUND_MS)
    await load.more(50)
    await load.end()
    t.notOk(load.runs().includes(0), `each of ${load.acknowledged.length} acknowledged jobs ran`)
    t.strictSame(new Set(await load.results(next)), new Set([1]), 'each has one result')
    t.ok((await other.status()).counters.recovered > 0)
  },
)
