import { noopLoad } from '../calibrate.js'
import { drainRows, labelOf, type Cell } from '../drain-rows.js'
import { pace } from '../pace.js'
import { check, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'

const PER_SEC = 50

export const commandsScenario: Scenario = {
  name: 'commands',
  title: 'Redis commands and round trips per job, under full load and at a leisurely pace',
  async run(context) {
    const { options, bestWidth, say } = context
    const sides = context.sides.filter(({ id }) => id !== 'ceiling')
    const cells: Cell[] = []
    for (const side of sides) {
      const load = noopLoad(side, Math.min(options.jobs, 10_000))
      cells.push({ what: 'full queue', side, width: await bestWidth(side), ...load })
    }
    const busy = await drainRows(context, this.name, cells)
    const paced = await inRounds(options.rounds, sides, async (side, round) => {
      say(`commands, round ${round + 1} of ${options.rounds}: ${side.title} at ${PER_SEC} jobs/s`)
      const setting = { side, width: await bestWidth(side), perSec: PER_SEC, seconds: options.quick ? 4 : 8 }
      return (await pace(setting)).traffic
    })
    const rows: Row[] = []
    for (const { side, drained } of busy) {
      const traffic = drained.map((one) => one.traffic)
      rows.push(...trafficRows('full queue', side, traffic))
    }
    for (const [side, traffic] of paced) {
      rows.push(...trafficRows(`${PER_SEC} jobs/s`, labelOf(side, await bestWidth(side)), traffic))
    }
    const reads = (what: string): Row | undefined =>
      rows.find((row) => row.side.startsWith('rqd') && row.what === `${what}, round trips`)
    return {
      name: this.name,
      title: this.title,
      how:
        'As Redis counts them (INFO stats): commands, those of scripts included, and reads from connections, which ' +
        'are round trips. Without those of the benchmark and of the enqueueing, which was measured by itself.',
      rows,
      checks: [
        ...[reads('full queue')].flatMap((row) =>
          row === undefined
            ? []
            : [check('ours, full queue: round trips per job', '', row.values, { op: '<', limit: 1 })],
        ),
        ...[reads(`${PER_SEC} jobs/s`)].flatMap((row) =>
          row === undefined
            ? []
            : [check(`ours, ${PER_SEC} jobs/s: round trips per job`, '', row.values, { op: '<=', limit: 3 })],
        ),
      ],
    }
  },
}

function trafficRows(what: string, side: string, traffic: readonly { commands: number; reads: number }[]): Row[] {
  const unit = 'per job'
  return [
    { what: `${what}, commands`, side, unit, values: traffic.map(({ commands }) => commands) },
    { what: `${what}, round trips`, side, unit, values: traffic.map(({ reads }) => reads) },
  ]
}
