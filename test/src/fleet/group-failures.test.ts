import t from 'tap'
import { groupFailures } from '../../../src/fleet/group-failures.js'
import type { JobBrief } from '../../../src/fleet/job-brief.js'

const failed = (id: string, traceback: string, sinceMs: number | undefined, queue = 'q'): JobBrief => ({
  id,
  queue,
  place: 'failed',
  status: 'failed',
  isGone: false,
  func: 'tasks.f',
  description: undefined,
  createdAtMs: undefined,
  enqueuedAtMs: undefined,
  startedAtMs: undefined,
  endedAtMs: sinceMs,
  sinceMs,
  worker: undefined,
  traceback,
})

t.test('C11: a group tells how many, since when, where, and of its newest jobs', async (t) => {
  const jobs = [
    failed('a', 'Error: order 1', 10),
    failed('b', 'Error: order 2', 30, 'p'),
    failed('c', 'RangeError: no', undefined),
    failed('d', 'Error: order 3', undefined),
    ...Array.from({ length: 4 }, (_, i) => failed(`e${i}`, 'Error: order 4', 20 + i)),
  ]
  const [first, second, ...none] = groupFailures(jobs)
  t.strictSame(none, [])
  t.match(first, { count: 7, oldestMs: 10, newestMs: 30, queues: ['p', 'q'], message: 'order 2', func: 'tasks.f' })
  t.strictSame(first?.sampleIds, ['b', 'e3', 'e2', 'e1', 'e0'])
  t.match(second, { count: 1, oldestMs: null, newestMs: null, sampleIds: ['c'], errorType: 'RangeError' })
  t.strictSame(groupFailures([]), [])
})
