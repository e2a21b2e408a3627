import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { FrameDecoder, encodeFrame } from '../../../daemon/ipc/frames.js'
import { parseToExecutor } from '../../../daemon/ipc/parse.js'
import { projectRoot } from '../../helpers/paths.js'

void t.test('any messages survive any chunking', (t) => {
  const message = fc.oneof(
    fc.record({ type: fc.string(), n: fc.integer(), bytes: fc.uint8Array({ maxLength: 300 }) }),
    fc.array(fc.string()),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 60 }), (messages, cuts) => {
      const stream = Buffer.concat(messages.map((one) => encodeFrame(one)))
      const decoder = new FrameDecoder()
      const got: unknown[] = []
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        got.push(...decoder.push(stream.subarray(at, at + cut)))
        at = Math.min(stream.length, at + cut)
      }
      t.equal(decoder.failure, undefined)
      t.equal(decoder.midFrame, false)
      t.equal(JSON.stringify(plain(got)), JSON.stringify(plain(messages)))
    }),
    { numRuns: 300 },
  )
  t.end()
})

void t.test('a stream that comes byte by byte is read', (t) => {
  const decoder = new FrameDecoder()
  const got: unknown[] = []
  for (const byte of Buffer.concat([encodeFrame({ a: 1 }), encodeFrame('b')]))
    got.push(...decoder.push(Buffer.from([byte])))
  t.same(got, [{ a: 1 }, 'b'])
  t.end()
})

void t.test('random bytes never throw: they are messages or RQD_PROTOCOL', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoder = new FrameDecoder(1024)
      decoder.push(Buffer.from(bytes))
      decoder.push(Buffer.from(bytes))
      t.ok(decoder.failure === undefined || decoder.failure.code === 'RQD_PROTOCOL')
    }),
  )
  t.end()
})

void t.test('the messages before a bad frame are given, those behind it are not', (t) => {
  const decoder = new FrameDecoder()
  const bad = Buffer.from([0, 0, 0, 1, 0xc1])
  t.same(decoder.push(Buffer.concat([encodeFrame('good'), bad, encodeFrame('never')])), ['good'])
  t.match(decoder.failure, { code: 'RQD_PROTOCOL', message: /1 bytes is no MessagePack/ })
  t.same(decoder.push(encodeFrame('never')), [])
  t.end()
})

void t.test('a frame must hold exactly one value', (t) => {
  const decoder = new FrameDecoder()
  const body = Buffer.concat([encode(1), encode(2)])
  t.same(decoder.push(Buffer.concat([Buffer.from([0, 0, 0, body.length]), body])), [])
  t.match(decoder.failure, { code: 'RQD_PROTOCOL' })
  t.end()
})

void t.test('the limit holds both ways, before memory is taken', (t) => {
  const decoder = new FrameDecoder(100)
  decoder.push(Buffer.from([0xff, 0xff, 0xff, 0xff]))
  t.match(decoder.failure, { code: 'RQD_PROTOCOL', message: 'a frame announces 4294967295 bytes: expected 1 to 100' })
  t.throws(() => encodeFrame('x'.repeat(200), 100), { code: 'RQD_PROTOCOL', message: /202 bytes does not fit/ })
  const empty = new FrameDecoder()
  empty.push(Buffer.alloc(4))
  t.match(empty.failure, { code: 'RQD_PROTOCOL', message: /announces 0 bytes/ })
  t.end()
})

void t.test('a big frame in small chunks is copied once, not once per chunk', (t) => {
  const big = { data: new Uint8Array(32 * 1024 * 1024).fill(7) }
  const frame = encodeFrame(big)
  const decoder = new FrameDecoder()
  let messages: unknown[] = []
  // Copying the gathered part again for each of the 32,768 chunks would move half a terabyte.
  for (let at = 0; at < frame.length; at += 1024) messages = decoder.push(frame.subarray(at, at + 1024))
  t.equal((messages[0] as typeof big).data.length, big.data.length)
  t.end()
})

void t.test('the worked example of docs/executor-protocol.md is a frame of ours', (t) => {
  const page = readFileSync(join(projectRoot, 'docs/executor-protocol.md'), 'utf8')
  const block = /<!-- frame example -->\s+```\n([^`]+)```/.exec(page)?.[1] ?? ''
  const bytes = Buffer.from(block.replace(/#.*$/gm, '').replace(/\s/g, ''), 'hex')
  const message = { type: 'abort', execution: 'e1', reason: 'timeout' } as const
  t.equal(bytes.toString('hex'), encodeFrame(message).toString('hex'))
  t.same(new FrameDecoder().push(bytes).map(parseToExecutor), [message])
  t.end()
})

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, inner]) => [key, plain(inner)])
  }
  return value
}
