import { decode } from '@msgpack/msgpack'
import fc from 'fast-check'
import t from 'tap'
import { Base64, packTexts } from '../../../src/redis/pack-texts.js'

void t.test('property: what is packed is an array of texts for every reader of MessagePack', (t) => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ maxLength: 60 }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.uint8Array(),
  )
  fc.assert(
    fc.property(fc.array(value), (values) => {
      // Bytes that are no UTF-8 cannot be compared as text.
      const found = decode(packTexts(values), { rawStrings: true }) as Uint8Array[]
      return (
        found.length === values.length &&
        values.every((one, i) => {
          const expected = one instanceof Uint8Array ? Buffer.from(one) : Buffer.from(String(one))
          return expected.equals(found[i]!)
        })
      )
    }),
    { numRuns: 300, seed: 7 },
  )
  t.strictSame(decode(packTexts([])), [])
  t.end()
})

void t.test('property: base64 is that of all bytes at once, whatever their number', (t) => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 24_570, max: 24_590 }),
    fc.constant(150_001),
  )
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 7 }), (length, offset) => {
      const bytes = Uint8Array.from({ length: length + offset }, (_, i) => (i * 7919) % 251).subarray(offset)
      return t.strictSame(decode(packTexts(['before', new Base64(bytes), 'behind'])), [
        'before',
        Buffer.from(bytes).toString('base64'),
        'behind',
      ])
    }),
    { numRuns: 60, seed: 7 },
  )
  t.end()
})
