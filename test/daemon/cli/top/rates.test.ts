import t from 'tap'
import { ratesBetween } from '../../../../daemon/cli/top/rates.js'
import type { Status } from '../../../../daemon/control/operations.js'
import { sampleStatus, tenantsStatus } from '../../control/fake-operations.js'

const later = (more: Partial<Status>, spanSec = 2): Status => ({
  ...sampleStatus,
  uptimeSec: sampleStatus.uptimeSec + spanSec,
  ...more,
})

t.test('rates are differences over the time that the daemon says has passed', async (t) => {
  const { counters, queues } = sampleStatus
  const now = later({
    counters: { ...counters, finished: counters.finished + 50, failed: counters.failed + 1 },
    queues: queues.map((queue) => ({ ...queue, depth: queue.depth === null ? null : queue.depth - 1 })),
  })
  const rates = ratesBetween(sampleStatus, now)
  t.match(rates?.counters, { finished: 25, failed: 0.5, claimed: 0 })
  t.same(rates?.queues, { high: -0.5, low: -0.5 }, 'nothing of a queue that cannot be read')
})

t.test('a queue that was not there before has no rate', async (t) => {
  const queue = { name: 'new', depth: 7, paused: false, pausedEverywhere: false, oldestAgeSec: null }
  t.same(ratesBetween(sampleStatus, later({ queues: [queue] }))?.queues, {})
})

t.test('nothing is compared with nothing, nor with another daemon', async (t) => {
  const { counters } = sampleStatus
  t.equal(ratesBetween(undefined, sampleStatus), undefined)
  t.equal(ratesBetween(sampleStatus, later({ pid: 1 })), undefined)
  t.equal(ratesBetween(sampleStatus, later({}, -100)), undefined, 'the same process id in a new container')
  t.equal(ratesBetween(sampleStatus, later({}, 0)), undefined)
  t.equal(ratesBetween(sampleStatus, later({ counters: { ...counters, claimed: 0 } })), undefined)
})

t.test('queues of the same name that belong to different tenants are told apart', async (t) => {
  const [queue] = sampleStatus.queues
  const depths = (ann: number, bob: number) => [
    { ...queue!, tenant: 'ann', depth: ann },
    { ...queue!, tenant: 'bob', depth: bob },
  ]
  const before = { ...tenantsStatus, queues: depths(10, 20) }
  t.same(ratesBetween(before, later({ queues: depths(8, 30) }))?.queues, { 'ann high': -1, 'bob high': 5 })
})
