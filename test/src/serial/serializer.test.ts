import t from 'tap'
import { detectFormat, serializerOf } from '../../../src/serial/serializer.js'

void t.test('each serializer reads what it writes, and its bytes are recognised', (t) => {
  for (const name of ['json', 'pickle'] as const) {
    const serializer = serializerOf(name)
    t.equal(serializer.name, name)
    for (const value of [
      null,
      true,
      false,
      0,
      -1,
      1.5,
      NaN,
      Infinity,
      -Infinity,
      'text',
      '',
      [],
      {},
      [1, { a: null }],
    ]) {
      const bytes = serializer.dumps(value)
      t.equal(detectFormat(bytes), name, `${name}: ${String(value)}`)
      t.strictSame(serializer.loads(bytes), value)
    }
  }
  t.end()
})

void t.test('other bytes are neither format', (t) => {
  for (const text of ['', 'x', '\0', '<html>', '\ufeff[]']) t.equal(detectFormat(Buffer.from(text)), undefined)
  t.equal(detectFormat(Buffer.from(' \n[1]')), 'json')
  t.end()
})
