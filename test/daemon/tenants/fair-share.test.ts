import fc from 'fast-check'
import t from 'tap'
import { type Contender, shareOf } from '../../../daemon/tenants/fair-share.js'

const wants = (weight: number, load: number, virtualMs = 0): Contender => ({ weight, load, virtualMs })
const shares = (room: number, ...contenders: Contender[]): number[] =>
  contenders.map((each) => Math.round(shareOf(each, contenders, room) * 1000) / 1000)

t.test('one that is alone gets all the room', (t) => {
  t.same(shares(4, wants(1, 0)), [4])
  t.same(shares(2.5, wants(7, 9)), [2.5])
  t.end()
})

t.test('two of the same weight get half each, whatever time they have had', (t) => {
  t.same(shares(4, wants(1, 0, 0), wants(1, 0, 1e9)), [2, 2])
  t.end()
})

t.test('who holds places already gets fewer of those that are free', (t) => {
  t.same(shares(2, wants(1, 2), wants(1, 0)), [0, 2])
  t.same(shares(1, wants(1, 3), wants(1, 0)), [0, 1])
  t.same(shares(3, wants(1, 3), wants(1, 0)), [0, 3])
  t.end()
})

t.test('weights count', (t) => {
  t.same(shares(6, wants(2, 0), wants(1, 0)), [4, 2])
  t.same(shares(8, wants(3, 0), wants(1, 0)), [6, 2])
  t.end()
})

t.test('a place that belongs to nobody wholly goes to who has had the least time', (t) => {
  t.same(shares(1, wants(1, 0, 30), wants(1, 0, 10), wants(1, 0, 20)), [0, 1, 0])
  t.same(shares(3, wants(1, 0, 30), wants(1, 0, 10)), [1, 2])
  t.end()
})

t.test('nobody gets anything where there is no room', (t) => {
  t.same(shares(0, wants(1, 0), wants(1, 5)), [0, 0])
  t.same(shares(-2, wants(1, 0)), [0])
  t.end()
})

const contenders = fc.array(
  fc.record({
    weight: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
    load: fc.double({ min: 0, max: 64, noNaN: true }),
    virtualMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
)

t.test('all the room is given, and no more', (t) => {
  fc.assert(
    fc.property(contenders, fc.double({ min: 0, max: 64, noNaN: true }), (all, room) => {
      const sum = all.reduce((given, each) => given + shareOf(each, all, room), 0)
      return Math.abs(sum - room) < 1e-6
    }),
  )
  t.end()
})

t.test('nobody is left with less than the whole places of its part while another gets more than its own', (t) => {
  fc.assert(
    fc.property(contenders, fc.integer({ min: 1, max: 32 }), (all, room) => {
      const weights = all.reduce((sum, { weight }) => sum + weight, 0)
      const places = all.reduce((sum, { load }) => sum + load, room)
      const ends = all.map((each) => {
        const given = shareOf(each, all, room)
        const part = (places * each.weight) / weights
        return { given, has: each.load + given, part }
      })
      const isShort = ends.some(({ has, part }) => has < Math.floor(part) - 1)
      // A step gives a whole place: by less than one, anybody may be beyond the part.
      const isGreedy = ends.some(({ given, has, part }) => given > 0 && has >= Math.ceil(part) + 1)
      return !(isShort && isGreedy)
    }),
  )
  t.end()
})
