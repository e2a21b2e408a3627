import t from 'tap'
import { type Meter, everyMeter } from '../../daemon/meter.js'

function recording() {
  const told: unknown[] = []
  const meter: Meter = {
    ran: (...run) => told.push(['ran', ...run]),
    waited: (waitSec) => told.push(['waited', waitSec]),
    claimed: (jobs) => told.push(['claimed', jobs]),
    settled: (endings) => told.push(['settled', endings]),
    executorDied: (cause) => told.push(['died', cause]),
  }
  return { told, meter }
}

t.test('every meter is told of everything, one that does not count waits of the rest', async (t) => {
  const [a, b] = [recording(), recording()]
  delete (b.meter as { waited?: unknown }).waited
  const both = everyMeter([a.meter, undefined, b.meter])
  both?.ran('f', 'finished', 1)
  both?.waited?.(2)
  both?.claimed(3)
  both?.settled(4)
  both?.executorDied('signal')
  const rest = [
    ['claimed', 3],
    ['settled', 4],
    ['died', 'signal'],
  ]
  t.strictSame(a.told, [['ran', 'f', 'finished', 1], ['waited', 2], ...rest])
  t.strictSame(b.told, [['ran', 'f', 'finished', 1], ...rest])
})

t.test('none is none, and one is itself', async (t) => {
  const { meter } = recording()
  t.equal(everyMeter([undefined, undefined]), undefined)
  t.equal(everyMeter([undefined, meter]), meter)
})
