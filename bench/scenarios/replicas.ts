import { Bed } from '../bed.js'
import { drain, type DrainSetting } from '../drain.js'
import { rqdProgram } from '../ours.js'
import { runToEnd } from '../processes.js'
import { checkRatio, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'
import type { Side } from '../side.js'

const ways = { awaited: 'one after the other', concurrent: '500 at once', bulk: '1,000 a call' } as const
const drained = 'drain'
const all = [...Object.values(ways), drained]

/** How many jobs a second are enqueued in each way, and run. */
type Rates = Readonly<Record<string, number>>

interface Cell {
  readonly title: string
  readonly waitReplicas: 0 | 1
}

const cells: readonly Cell[] = [
  { title: 'not waiting', waitReplicas: 0 },
  { title: 'waiting for the replica', waitReplicas: 1 },
]

export const replicasScenario: Scenario = {
  name: 'replicas',
  title: 'What waiting for a replica costs: enqueueing, and emptying a full queue',
  async run({ options, sides, say }) {
    const ours = sides.find(({ id }) => id === 'ours')
    const measured = await inRounds(options.rounds, ours === undefined ? [] : cells, (cell, round) => {
      say(`replicas, round ${round + 1} of ${options.rounds}: ${cell.title}`)
      return rates(ours!, cell, options.jobs)
    })
    const rows = [...measured].map(([{ title }, found]) =>
      all.map((what): Row => ({ what, side: title, unit: 'jobs/s', values: found.map((one) => one[what]!) })),
    )
    const [without = [], waiting = []] = rows
    return {
      name: this.name,
      title: this.title,
      how:
        'A master and a replica on this machine. Enqueueing by one process over one connection, without a worker; ' +
        'then a daemon with two executors empties a full queue of no-op jobs.',
      rows: all.flatMap((_, i) => rows.flatMap((some) => some[i] ?? [])),
      checks: all.flatMap((what, i) => checkRatio(`${what}: waiting / not waiting`, waiting[i], without[i])),
    }
  },
}

async function rates(side: Side, { waitReplicas }: Cell, wanted: number): Promise<Rates> {
  const enqueued = await Bed.use(async ({ server }) => {
    const jobs = Math.min(wanted, 20_000)
    const program = side.driver('rates', { path: server.socket, queues: ['default'], jobs, waitReplicas })
    return JSON.parse(await runToEnd(program)) as Record<keyof typeof ways, number>
  }, true)
  const setting: DrainSetting = {
    side: { ...side, worker: (place) => rqdProgram(place, ['-q', '--wait-replicas', String(waitReplicas)]) },
    width: 1,
    job: { task: 'noop' },
    jobs: wanted,
    warmUp: 500,
    isReplicated: true,
  }
  const { perSec } = await drain(setting)
  return {
    ...Object.fromEntries(Object.entries(ways).map(([way, what]) => [what, enqueued[way as keyof typeof ways]])),
    [drained]: perSec,
  }
}
