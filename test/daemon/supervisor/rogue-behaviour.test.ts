import t from 'tap'
import { waitFor } from '../../helpers/wait-for.js'
import { give } from './start-pool.js'
import { breaches, nextWorks, startRogue } from './start-rogue.js'

// C12, I9: whatever an executor does, it is ended with the reason in the log, what it had is accounted for, and the next
// one works.

const MiB = 1024 * 1024

const atStart: Record<string, RegExp> = {
  'ready first': /bad order: ready came before hello/,
  'hello twice': /bad order: hello came before ready/,
  'ready twice': /bad order: ready came twice/,
  'results before ready': /bad order: progress came before ready/,
  'another protocol': /speaks protocol 1, expected 2/,
  'garbage at once': /is no MessagePack/,
}

for (const [plan, reason] of Object.entries(atStart)) {
  t.test(`C12 an executor that starts with "${plan}" is ended, and another one started`, async (t) => {
    const rogue = startRogue(t, plan)
    await rogue.warm
    await waitFor('the breach to be told', () => breaches(rogue).length === 1)
    t.match(breaches(rogue), [reason])
    await nextWorks(t, rogue)
  })
}

for (const plan of ['the channel closed', 'descriptors closed beneath']) {
  t.test(`C12 an executor that goes on with "${plan}" is ended; its job is not lost`, async (t) => {
    const rogue = startRogue(t, plan, { loadLimitMs: 500, abortGraceMs: 100, termGraceMs: 100 })
    await rogue.warm
    give(rogue.pool, 'a', 'arithmetic.add', [1, 2])
    await nextWorks(t, rogue)
    t.match(rogue.lost, [{ execution: 'a', death: { exit: { signal: /SIGKILL|SIGTERM/ } } }])
  })
}

for (const plan of [
  ...['never reads', 'metas without end', 'stats without end', 'output of others without end', 'one line without end'],
]) {
  t.test(
    `C12 an executor that floods or is deaf ("${plan}") costs no memory, and its job ends at its limit`,
    async (t) => {
      const rogue = startRogue(t, plan, { loadLimitMs: 1_000, abortGraceMs: 100, termGraceMs: 100 })
      await rogue.warm
      const beforeBytes = process.memoryUsage.rss()
      give(rogue.pool, 'a', 'arithmetic.add', [1, 2])
      await nextWorks(t, rogue)
      t.match(rogue.lost, [{ execution: 'a', death: { reason: 'timeout' } }])
      t.ok(rogue.metas <= 1_000, `${rogue.metas} metas under way at most`)
      const grownMiB = (process.memoryUsage.rss() - beforeBytes) / MiB
      t.ok(grownMiB < 200, `grown by ${grownMiB.toFixed(0)} MiB`)
    },
  )
}
