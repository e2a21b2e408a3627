import t from 'tap'
import { executorStatus } from '../../../daemon/supervisor/status.js'
import type { SlotView } from '../../../daemon/supervisor/slot-view.js'

const slot: SlotView = {
  worker: 'w.1',
  pid: process.pid,
  phase: 'idle',
  running: [],
  ahead: 0,
  rssBytes: null,
  heardMonoMs: 0,
  jobsDone: 0,
  failures: 0,
  isFatal: false,
  trouble: null,
  recycling: null,
  recycled: { jobs: 0, rss: 0, age: 0, fresh: 0, restart: 0 },
}
const statusOf = (change: Partial<SlotView>) => executorStatus({ ...slot, ...change }, new Map(), 0)
const stateOf = async (change: Partial<SlotView>): Promise<string> => (await statusOf(change)).state

t.test('the state of a slot: held back after the second death, fatal when hope is given up', async (t) => {
  t.equal(await stateOf({}), 'idle')
  t.equal(await stateOf({ phase: 'empty', pid: null, failures: 1 }), 'starting')
  t.equal(await stateOf({ phase: 'empty', pid: null, failures: 2 }), 'backoff')
  t.equal(await stateOf({ phase: 'starting', failures: 2 }), 'backoff', 'also while the next one tries')
  t.equal(await stateOf({ phase: 'empty', pid: null, failures: 10, isFatal: true }), 'fatal')
  t.equal(await stateOf({ phase: 'closing' }), 'stopping')
  t.equal(await stateOf({ phase: 'closing', recycling: 'rss' }), 'recycling')
})

t.test('W6: the share of memory is that of a living process', async (t) => {
  t.ok(((await statusOf({})).pssBytes ?? 0) > 1_000_000)
  t.equal((await statusOf({ pid: null })).pssBytes, null)
  t.equal((await statusOf({ pid: 2 ** 22 + 1 })).pssBytes, null)
})
