import t from 'tap'
import { runFailOvers } from '../../chaos/sentinel/run.js'
import { kinds } from '../../chaos/sentinel/strikes.js'

t.test(
  'a master that is killed, frozen, replaced by hand or cut off costs no job that a replica had, and no restart (W15)',
  { timeout: 300_000 },
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
