import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import t from 'tap'
import { faultOfValue } from '../../../daemon/ipc/check-value.js'
import { FrameDecoder } from '../../../daemon/ipc/frames.js'
import { fuzzRuns } from '../../helpers/fuzz.js'

void t.test('whatever can be written may be read', (t) => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(null, true, -1, -33, 127, 128, 65_536, 2 ** 32, -(2 ** 31) - 1, 1.5, new Date(1_500)),
      fc.string({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(fc.string({ maxLength: 40 }), tie('value'), { maxKeys: 20 }),
    ),
  }))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3 }), (values) => {
      t.equal(faultOfValue(encode(values)), undefined)
    }),
    fuzzRuns(1_000),
  )
  for (const length of [31, 32, 255, 256, 65_535, 65_536]) {
    t.equal(faultOfValue(encode('x'.repeat(length))), undefined)
    t.equal(faultOfValue(encode(new Uint8Array(length))), undefined)
    t.equal(faultOfValue(encode(Array.from({ length }, () => 0))), undefined)
    t.equal(faultOfValue(encode(Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, i])))), undefined)
  }
  t.end()
})

void t.test('what is refused, the decoder would refuse as well, unless it is too deep; nothing throws (C12)', (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(fc.constantFrom(0x91, 0x81, 0x92, 0xc4, 0xd9, 0xc7, 0xd4, 0xdc, 0xdd, 0xde, 0xdf, 0, 1, 0xff))
      .map((all) => Uint8Array.from(all)),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      const fault = faultOfValue(given)
      if (fault === undefined || fault.startsWith('it is nested')) return
      t.throws(() => decode(given), `${fault}: ${Buffer.from(given).toString('hex')}`)
    }),
    fuzzRuns(3_000),
  )
  t.end()
})

void t.test('a few bytes that announce millions, and many that nest, take no memory (C12)', (t) => {
  const bombs = [
    Buffer.concat(Array.from({ length: 5_000 }, () => Buffer.from([0xdd, 0, 0x0f, 0x42, 0x40]))),
    Buffer.alloc(32 * 1024 * 1024, 0x91),
    Buffer.concat([Buffer.from([0xdf, 0, 0, 0x20, 0]), Buffer.alloc(1_000)]),
  ]
  const beforeBytes = process.memoryUsage.rss()
  for (const body of bombs) {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    const decoder = new FrameDecoder()
    t.same(decoder.push(Buffer.concat([head, body])), [])
    t.match(decoder.failure, { code: 'RQD_PROTOCOL', message: /no MessagePack value of a message/ })
  }
  t.ok(process.memoryUsage.rss() - beforeBytes < 300 * 1024 * 1024)
  t.end()
})
