import t from 'tap'
import { waitFor } from '../../helpers/wait-for.js'
import { give } from './start-pool.js'
import { breaches, nextWorks, startRogue } from './start-rogue.js'

// C12, I9: whatever an executor does, it is ended with the reason in the log, what it had is accounted for, and the next
// one works.

/** Why the rogue is ended; what it had run is lost with that reason, unless it had told its end before. */
const atJob: Record<string, { reason: RegExp; hadEnded?: true }> = {
  garbage: { reason: /a frame of 5 bytes is no MessagePack/ },
  'no map': { reason: /field message is 7: expected a map/ },
  'a frame of nothing': { reason: /a frame announces 0 bytes: expected 1 to/ },
  'a frame of gigabytes': { reason: /a frame announces 4294967295 bytes/ },
  'a frame that is cut off': { reason: /in the middle of a frame/ },
  'arrays of millions': { reason: /an array or map announces more than/ },
  'maps of millions': { reason: /an array or map announces more than/ },
  'arrays in arrays': { reason: /nested more than 16 deep/ },
  'an unknown type': { reason: /field type is "dance"/ },
  'an unknown job': { reason: /it names job 77, which this executor does not have/ },
  'a result twice': { reason: /it names job 1, which this executor does not have/, hadEnded: true },
  'a result twice at once': { reason: /job 1 ended twice/ },
  'a start twice': { reason: /job 1 began twice/ },
  'a start after the end': { reason: /job 1 began after its end/ },
  'a time beyond time': { reason: /startedAtMs is 1e\+300: expected milliseconds since the epoch/ },
  'a negative time': { reason: /atMs is -1e\+300: expected milliseconds since the epoch/ },
  'an answer to no question': { reason: /bad lifeline: it answers for 4294967295, which was not asked/ },
  'the lifeline closed': { reason: /bad lifeline: it was closed/ },
}

for (const [plan, { reason, hadEnded }] of Object.entries(atJob)) {
  t.test(`C12 an executor that breaks the protocol by "${plan}" is ended for it; its job is not lost`, async (t) => {
    const rogue = startRogue(t, plan)
    await rogue.warm
    give(rogue.pool, 'a', 'arithmetic.add', [1, 2])
    await waitFor('the breach to be told', () => breaches(rogue).length === 1)
    t.match(breaches(rogue), [reason])
    await nextWorks(t, rogue)
    if (hadEnded) {
      t.match(rogue.ended[0], { execution: 'a', outcome: 'ok' })
      t.same(rogue.lost, [])
    } else {
      t.match(rogue.lost, [{ execution: 'a', death: { reason: null, breach: reason, exit: { signal: 'SIGKILL' } } }])
    }
  })
}
