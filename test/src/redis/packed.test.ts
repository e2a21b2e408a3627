import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import t from 'tap'
import { PackedReader } from '../../../src/redis/packed.js'

const bytes = (value: unknown): Buffer => Buffer.from(encode(value))

void t.test('texts of every length come out as they went in, as texts, names and bytes', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (valid) => {
      const read = new PackedReader(bytes(valid))
      const again = new PackedReader(bytes(valid))
      const raw = new PackedReader(bytes(valid))
      const all = (): number[] => Array.from({ length: valid.length }, (_, i) => i)
      t.equal(read.array() + again.array() + raw.array(), 3 * valid.length)
      const found = all().map(() => [read.text(), again.name(), raw.bytes().toString('utf8')])
      return valid.every((text, i) => found[i]?.every((one) => one === text))
    }),
    { numRuns: 200, seed: 7 },
  )
  for (const length of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    const text = 'é'.repeat(length / 2) + 'x'.repeat(length % 2)
    t.equal(new PackedReader(bytes(text)).text(), text)
  }
  t.end()
})

void t.test('arrays and numbers of every size are read', (t) => {
  for (const length of [0, 15, 16, 65_535, 65_536]) {
    t.equal(new PackedReader(bytes(new Array<number>(length).fill(0))).array(), length)
  }
  for (const value of [0, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295]) {
    t.equal(new PackedReader(bytes(value)).number(), value)
  }
  t.end()
})

void t.test('names that look alike at their ends and in their middle are told apart', (t) => {
  const names = ['axbxc', 'aybyc', 'axbxc', 'aybyc', 'aébxc']
  const read = new PackedReader(bytes(names))
  read.array()
  t.strictSame(
    names.map(() => read.name()),
    names,
  )
  t.end()
})

void t.test('something else than was asked for is an error with what was found', (t) => {
  for (const [ask, value, message] of [
    ['array', 'x', 'expected an array in the reply of a script, found the byte 161'],
    ['number', 'x', 'expected a number in the reply of a script, found the byte 161'],
    ['text', [], 'expected text in the reply of a script, found the byte 144'],
    ['bytes', 7, 'expected text in the reply of a script, found the byte 7'],
  ] as const) {
    t.throws(() => new PackedReader(bytes(value))[ask](), { code: 'RQD_REDIS', message })
  }
  t.end()
})
