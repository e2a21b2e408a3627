import t from 'tap'
import { addCounts, noCounts, partOf, readMinute } from '../../../src/history/minute.js'

t.test('parts of a minute come together: sums add up, of greatest values the greatest stays', async (t) => {
  const counts = { ...noCounts(), finished: 1, runMs: 2, longestRunMs: 5 }
  addCounts(counts, { ...noCounts(), finished: 3, failed: 1, longestRunMs: 4, longestWaitMs: 6 })
  t.strictSame(counts, { ...noCounts(), finished: 4, failed: 1, runMs: 2, longestRunMs: 5, longestWaitMs: 6 })
})

t.test('what is stored is short: nothing that is 0, and no more than microseconds', async (t) => {
  t.strictSame(partOf(noCounts()), { add: {}, top: {}, now: {} })
  const counts = { ...noCounts(), failed: 2, waitMs: 1.23456, longestWaitMs: 0.1 + 0.2 }
  t.strictSame(partOf(counts), { add: { failed: 2, waitMs: 1.235 }, top: { longestWaitMs: 0.3 }, now: {} })
})

t.test('whatever is stored is read, and counts as nothing where it is no number', async (t) => {
  const nothing = readMinute(60_000, null)
  t.match(nothing, { startMs: 60_000, finished: 0, waiting: null, busyWorkers: null })
  for (const json of ['', '{', '7', 'null', '[]', '{"finished":"1","waiting":-1,"running":{}}']) {
    t.strictSame(readMinute(60_000, json), nothing, json)
  }
  t.match(readMinute(0, '{"finished":2,"waiting":0,"more":1}'), { finished: 2, waiting: 0, failedJobs: null })
})
