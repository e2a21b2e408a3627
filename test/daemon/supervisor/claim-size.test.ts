import t from 'tap'
import { ClaimSize } from '../../../daemon/supervisor/claim-size.js'

void t.test('it asks for what there is room for, up to a bound', (t) => {
  const size = new ClaimSize()
  t.equal(size.next(0), 0)
  t.equal(size.next(-3), 0)
  t.equal(size.next(7), 7)
  t.equal(size.next(100_000), 128)
  t.end()
})

void t.test('after a claim that brought too much it asks for less, and slowly for more again', (t) => {
  const size = new ClaimSize()
  size.tooMany()
  size.tooMany()
  t.equal(size.next(100), 25)
  size.brought(25, 25)
  t.equal(size.next(100), 32)
  for (let i = 0; i < 20; i++) size.brought(25, 25)
  t.equal(size.next(100), 100)
  for (let i = 0; i < 100; i++) size.tooMany()
  t.equal(size.next(100), 1, 'but never for nothing')
  t.end()
})

void t.test('of large jobs it asks for few', (t) => {
  const size = new ClaimSize()
  for (let i = 0; i < 20; i++) size.brought(10, 10 * 1024 * 1024)
  t.equal(size.next(100), 4)
  t.end()
})
