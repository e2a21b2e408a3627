import { Bed } from '../bed.js'
import { runToEnd } from '../processes.js'
import { checkRatio, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'

const ways = { awaited: 'one after the other', concurrent: '500 at once', bulk: '1,000 a call' } as const
type Way = keyof typeof ways

export const enqueueScenario: Scenario = {
  name: 'enqueue',
  title: 'Enqueueing no-op jobs: one after the other, at once, many a call',
  async run({ options, sides, say }) {
    const producers = sides.filter(({ id }) => ['ours', 'bullmq', 'bee-queue', 'rq'].includes(id))
    const values = await inRounds(options.rounds, producers, (side, round) => {
      say(`enqueue, round ${round + 1} of ${options.rounds}: ${side.title}`)
      const jobs = side.id === 'rq' ? 2_000 : Math.min(options.jobs, 20_000)
      return Bed.use(async ({ server }) => {
        const program = side.driver('rates', { path: server.socket, queues: ['default'], jobs })
        return JSON.parse(await runToEnd(program)) as Partial<Record<Way, number>>
      })
    })
    const rows: (Row & { id: string; way: Way })[] = []
    for (const [{ id, title }, rates] of values) {
      for (const way of Object.keys(ways) as Way[]) {
        const found = rates.flatMap((one) => one[way] ?? [])
        const side = title.replace(/,? (in-process|Worker|2 executors)$/, '')
        if (found.length > 0) rows.push({ id, way, what: ways[way], side, unit: 'jobs/s', values: found })
      }
    }
    return {
      name: this.name,
      title: this.title,
      how: 'One process and one connection, no worker; the library’s own calls, awaited to the last answer.',
      rows: rows.map(({ what, side, unit, values: all }) => ({ what, side, unit, values: all })),
      checks: rows.flatMap((row) => {
        if (row.id === 'ours') return []
        const ours = rows.find(({ id, way }) => id === 'ours' && way === row.way)
        return checkRatio(`${row.what}: ours / ${row.side}`, ours, row)
      }),
    }
  },
}
