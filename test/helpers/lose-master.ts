import type { Test } from 'tap'
import { elected, NODE_TIMEOUT_MS, REPLICAS, type Scene } from './cluster-load.js'
import { waitFor } from './wait-for.js'

/** The old master has to hear of the next one, and to be sent what it lacks. */
const BOUND_MS = 60_000

/**
 * Lose the master of a scene without a word to anybody, and bring it back when jobs run on the next one: nothing that was
 * acknowledged may be lost, and no job may end twice.
 */
export async function loseMaster(
  t: Test,
  scene: Scene,
  lose: () => void,
  mend: () => Promise<void> | void,
): Promise<void> {
  const { daemon, load, master, replicas } = scene
  const lostMs = performance.now()
  lose()
  const next = await elected(replicas)
  const electedMs = performance.now()
  load.waitFor(1)
  await load.more(50)
  const shown = (fromMs: number): string => ((performance.now() - fromMs) / NODE_TIMEOUT_MS).toFixed(1)
  t.comment(`node timeouts: to the 50th job ${shown(lostMs)}, of these after the election ${shown(electedMs)}`)
  await mend()
  await waitFor('the old master to follow the next one', () => master.isFollowing(), BOUND_MS)
  // The old one is one of those who must have a job now.
  load.waitFor(REPLICAS)
  await load.more(50)
  await load.end()
  const { acknowledged } = load
  t.notOk(load.runs().includes(0), `each of ${acknowledged.length} acknowledged jobs ran`)
  t.strictSame(new Set(await load.results(next)), new Set([1]), 'each has one result, however often it ran')
  const { pid, redis, counters } = await daemon.status()
  t.comment(`ran again: ${load.runs().filter((runs) => runs > 1).length}; ${JSON.stringify(counters)}`)
  t.match({ pid, redis }, { pid: daemon.pid, redis: { connected: true } })
}
