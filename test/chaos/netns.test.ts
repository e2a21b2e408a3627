import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { HUB_ADDRESS } from '../../chaos/netns/network.js'
import { withoutNetworks } from '../../chaos/netns/probe.js'
import { cutFaults, judgeCut, type CutEvidence, type CutReport } from '../../chaos/netns/verdict.js'
import type { Execution } from '../../chaos/marks.js'
import { runProgram } from '../helpers/daemon.js'
import { startNetwork, withoutNamespaces } from '../helpers/namespaces.js'
import { compiledRoot } from '../helpers/paths.js'
import { waitFor } from '../helpers/wait-for.js'

const main = join(compiledRoot, 'chaos/netns/main.js')

const pings = (prefix: readonly string[], address: string): boolean => {
  // Every machine that has the program ip has bash, which opens connections by itself.
  const connect = `exec 3<>/dev/tcp/${address}/1`
  const { stderr } = spawnSync(prefix[0]!, [...prefix.slice(1), 'timeout', '5', 'bash', '-c', connect], {
    encoding: 'utf8',
  })
  // Nobody listens there, but a host says so.
  return stderr.includes('refused')
}

t.test(
  'a host reaches the middle until its link is cut, and again when it is mended',
  { skip: withoutNamespaces },
  async (t) => {
    const network = await startNetwork(t, 2)
    t.ok(pings(network.on(0), HUB_ADDRESS))
    await network.cut(0)
    t.notOk(pings(network.on(0), HUB_ADDRESS))
    t.ok(pings(network.on(1), HUB_ADDRESS), 'the other host is not concerned')
    await network.mend(0)
    // Who asked for its address meanwhile asks again after a second.
    await waitFor('the host to reach the middle again', () => pings(network.on(0), HUB_ADDRESS))
    await network.remove()
    t.same(
      readdirSync('/run/netns').filter((name) => name.startsWith(network.hub.replace(/hub$/, ''))),
      [],
    )
  },
)

t.test(
  'W15: a daemon whose link to Redis is cut for longer than its lease: the other host takes its jobs over, late results are refused, nothing is lost',
  { skip: withoutNamespaces },
  async (t) => {
    const args = [main, '--cut-sec', '9', '--lease-sec', '5', '--rate', '50', '--json']
    const { code, stdout, stderr } = await runProgram(process.execPath, args, { NODE_OPTIONS: '' })
    t.equal(code, 0, `${stdout}${stderr}`)
    const report = JSON.parse(stdout) as CutReport
    t.match(report, { lost: 0, settledTwice: 0, repeatedForNoReason: 0 })
    t.ok(report.recovered > 0 && report.fenced > 0 && report.afterwards > 0)
  },
)

t.test('without root it is said that root is needed', async (t) => {
  if (process.getuid?.() !== 0) t.match(withoutNetworks(), /need root/)
  else t.not(withoutNetworks(), 'network namespaces need root')
})

t.test('a cut that is not longer than the lease is wrong usage', async (t) => {
  const { code, stderr } = await runProgram(process.execPath, [main, '--cut-sec', '5', '--lease-sec', '5'])
  t.equal(code, 2)
  t.match(stderr, /--cut-sec 5 is not longer than --lease-sec 5/)
})

const run = (jobId: string, parentPid: number, beganMs: number, endedMs?: number): Execution => ({
  jobId,
  execution: '',
  pid: 1,
  parentPid,
  beganMs,
  endedMs,
})

t.test('the verdict: what the daemon that was cut off held may run again, nothing else may', (t) => {
  const evidence: CutEvidence = {
    jobs: ['held', 'done', 'gone'],
    runs: new Map([
      ['held', [run('held', 7, 9_000, 12_000), run('held', 8, 14_000, 15_000)]],
      ['done', [run('done', 7, 1_000, 2_000), run('done', 8, 14_000, 15_000)]],
      ['gone', []],
    ]),
    statuses: new Map([
      ['held', 'finished'],
      ['done', 'finished'],
      ['gone', null],
    ]),
    results: new Map([
      ['held', 1],
      ['done', 2],
    ]),
    cutPid: 7,
    cutMs: 10_000,
    mendedMs: 20_000,
    delayMs: 0,
    fenced: 1,
    recovered: 1,
  }
  const report = judgeCut(evidence)
  t.match(report, { lost: 1, settledTwice: 1, repeated: 2, repeatedForNoReason: 1, afterwards: 0 })
  t.equal(cutFaults(report).length, 4)
  t.same(cutFaults({ ...report, lost: 0, settledTwice: 0, repeatedForNoReason: 0, afterwards: 3 }), [])
  t.end()
})
