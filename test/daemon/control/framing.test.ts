import t from 'tap'
import { type Frame, LineSplitter, encodeFrame } from '../../../daemon/control/framing.js'

const bytes = (text: string): Buffer => Buffer.from(text)
const line = (text: string): Frame => ({ kind: 'line', text })

t.test('whole lines come out one by one, empty ones do not', (t) => {
  const splitter = new LineSplitter()
  t.same(splitter.push(bytes('a\n\n  \r\nb\n')), [line('a'), line('b')])
  t.same(splitter.end(), [])
  t.end()
})

t.test('a line may come in any pieces, also within a character', (t) => {
  const whole = bytes('{"x":"naïve 🦉"}\n')
  for (let cut = 1; cut < whole.length; cut++) {
    const splitter = new LineSplitter()
    t.same(
      [...splitter.push(whole.subarray(0, cut)), ...splitter.push(whole.subarray(cut))],
      [line('{"x":"naïve 🦉"}')],
    )
  }
  const single = new LineSplitter()
  t.same(
    [...whole].flatMap((byte) => single.push(Uint8Array.of(byte))),
    [line('{"x":"naïve 🦉"}')],
  )
  t.end()
})

t.test('the last line needs no newline', (t) => {
  const splitter = new LineSplitter()
  t.same(splitter.push(bytes('a\nb')), [line('a')])
  t.same(splitter.end(), [line('b')])
  t.same(splitter.end(), [])
  t.end()
})

t.test('a line at the limit passes, one beyond is reported once and skipped to its end', (t) => {
  const splitter = new LineSplitter(4)
  t.same(splitter.push(bytes('1234\n')), [line('1234')])
  t.same(splitter.push(bytes('123')), [])
  t.same(splitter.push(bytes('45')), [{ kind: 'too-long', limit: 4 }])
  t.same(splitter.push(bytes('6'.repeat(100))), [])
  t.same(splitter.push(bytes('\nok\n')), [line('ok')])
  t.end()
})

t.test('bytes that are no UTF-8 are reported, and the next line is read', (t) => {
  const splitter = new LineSplitter()
  t.same(splitter.push(Buffer.concat([Uint8Array.of(0xff, 0xfe), bytes('\nok\n')])), [{ kind: 'not-utf8' }, line('ok')])
  t.end()
})

t.test('a message is one line whatever is in it', (t) => {
  t.equal(encodeFrame({ text: 'a\nb' }), '{"text":"a\\nb"}\n')
  t.end()
})
