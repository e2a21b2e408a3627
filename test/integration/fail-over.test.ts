import t from 'tap'
import { runFailOvers } from '../../chaos/sentinel/run.js'
import type { Kind } from '../../chaos/sentinel/strikes.js'

/** The others, and more of all, are in `npm run chaos:sentinel`: each takes the sentinels long to get over. */
const kinds: readonly Kind[] = ['manual', 'freeze']

t.test(
  'a master that is replaced by hand, then one that freezes, cost no job that a replica had, and no restart (W15)',
  { timeout: 230_000 },
  async (t) => {
    const { rounds, acknowledged, lost, restarts } = await runFailOvers(kinds, ({ kind, from, to }) => {
      t.comment(`${kind}: ${from} -> ${to}`)
    })
    t.strictSame(
      rounds.map(({ kind }) => kind),
      kinds,
    )
    t.ok(acknowledged > 0)
    t.strictSame(lost, [])
    t.equal(restarts, 0)
  },
)
