import t from 'tap'
import type { TestNode } from '../helpers/cluster-node.js'
import { elected, NODE_TIMEOUT_MS, startScene } from '../helpers/cluster-load.js'

t.test(
  'W15: a master of a cluster that is replaced by hand under load costs no acknowledged job, no repetition and no restart',
  { timeout: 300_000 },
  async (t) => {
    const { daemon, load, replicas } = await startScene(t)
    const [replica] = replicas as [TestNode]
    t.equal(await replica.client.call('CLUSTER', 'FAILOVER'), 'OK')
    t.equal((await elected(replicas)).id, replica.id)
    load.waitFor(1)
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
  { timeout: 300_000 },
  async (t) => {
    const { daemon, load, master, replicas } = await startScene(t)
    const killedMs = performance.now()
    await master.kill()
    await elected(replicas)
    const electedMs = performance.now()
    load.waitFor(1)
    await load.more(50)
    const shown = (fromMs: number): string => ((performance.now() - fromMs) / NODE_TIMEOUT_MS).toFixed(1)
    t.comment(`node timeouts: to the 50th job ${shown(killedMs)}, of these after the election ${shown(electedMs)}`)
    await load.end()
    t.notOk(load.runs().includes(0), `each of ${load.acknowledged.length} acknowledged jobs ran`)
    t.match(await daemon.status(), { pid: daemon.pid, redis: { connected: true } })
  },
)
