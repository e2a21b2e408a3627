import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { deflate, inflate } from '../../../src/job/compress.js'

void t.test('any zlib reader inflates what we deflate, small or large', (t) => {
  for (const length of [0, 1, 199, 200, 201, 5000, 100_000]) {
    const bytes = Buffer.alloc(length, 'ab\xff')
    t.ok(inflateSync(deflate(bytes)).equals(bytes), String(length))
    t.ok(bytes.equals(inflate(deflate(bytes))))
    t.ok(bytes.equals(inflate(deflateSync(bytes))))
  }
  t.end()
})

void t.test('what is no zlib, or damaged zlib, is given as it is', (t) => {
  const whole = deflateSync(Buffer.from('["labfuncs.add", null, [1, 2], {}]'))
  const damagedStore = Buffer.from(deflate(Buffer.from('hello')))
  damagedStore[8] = 0
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('x'),
    Buffer.from('["f"]'),
    Buffer.from([0x80, 2]),
    whole.subarray(0, -6),
    damagedStore,
  ]) {
    t.equal(inflate(bytes), bytes)
  }
  t.end()
})

void t.test('the output is bounded', (t) => {
  const bomb = deflateSync(Buffer.alloc(50_000_000))
  t.throws(() => inflate(bomb, 1_000_000), { code: 'RQD_BAD_PAYLOAD', message: /larger than the 1000000 bytes/ })
  t.throws(() => inflate(Buffer.from('plain text'), 3), { code: 'RQD_BAD_PAYLOAD' })
  t.throws(() => inflate(deflate(Buffer.from('stored text')), 3), { code: 'RQD_BAD_PAYLOAD' })
  t.equal(inflate(bomb, 50_000_000).length, 50_000_000)
  t.end()
})

void t.test('property: bytes come back', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => Buffer.from(inflate(deflate(bytes))).equals(bytes)),
    { numRuns: 500, seed: 5 },
  )
  t.pass('it holds')
  t.end()
})
