import t from 'tap'
import { deferred } from '../../../src/deferred.js'
import { BurstEnd } from '../../../src/worker/burst-end.js'

function start() {
  const drained = deferred<number>()
  const settler = { pending: 0, given: 0, drain: () => drained.promise }
  const told: string[] = []
  const burstEnd = new BurstEnd({ settler, lookAgain: () => told.push('again'), end: () => told.push('end') })
  return { settler, drained, told, burstEnd }
}

t.test('queues that are empty from the beginning end a burst at once', (t) => {
  const { told, burstEnd } = start()
  burstEnd.foundEmpty()
  t.same(told, ['end'])
  t.end()
})

t.test('what ended since the last look may be back on a queue: one more look, then the end', (t) => {
  const { settler, told, burstEnd } = start()
  settler.given = 3
  burstEnd.foundEmpty()
  t.same(told, ['again'])
  burstEnd.foundEmpty()
  t.same(told, ['again', 'end'])
  t.end()
})

t.test('results that wait for Redis are waited for', async (t) => {
  const { settler, drained, told, burstEnd } = start()
  settler.given = 1
  settler.pending = 1
  burstEnd.foundEmpty()
  t.same(told, [])
  drained.resolve(0)
  await drained.promise
  t.same(told, ['again'])
})
