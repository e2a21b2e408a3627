import t from 'tap'
import { decodeMeta, encodeMeta } from '../../../src/job/meta.js'
import { OrderedDict } from '../../../src/serial/python-values.js'
import { writePickle } from '../../../src/serial/pickle/writer.js'
import { goldenJobs, goldenNames, loadGolden } from '../../helpers/golden.js'

void t.test('reads captured meta in its own format and writes it back', (t) => {
  let seen = 0
  for (const name of goldenNames()) {
    for (const [id, fields] of goldenJobs(loadGolden(name))) {
      const bytes = fields.get('meta')
      if (bytes === undefined) continue
      const meta = decodeMeta(bytes)
      t.strictSame(decodeMeta(encodeMeta(meta.value, meta.format)!), meta, `${name}, ${id}`)
      seen++
    }
  }
  t.ok(seen > 2)
  const plain = goldenJobs(loadGolden('2.10--enqueue-plain')).get('json-1')!
  t.strictSame(decodeMeta(plain.get('meta')!), { value: { who: 'me', n: [1, null] }, format: 'json' })
  t.end()
})

void t.test('unwraps what a tool with the wrong serializer has wrapped', (t) => {
  const inner = Buffer.from('{"who": "me"}')
  const expected = { value: { who: 'me' }, format: 'json' }
  t.strictSame(decodeMeta(writePickle({ unserialized: inner })), expected)
  t.strictSame(decodeMeta(writePickle({ unserialized: writePickle({ unserialized: inner }) })), expected)
  const lost = { unserialized: Buffer.from('garbage') }
  t.strictSame(decodeMeta(writePickle(lost)), { value: lost, format: 'pickle' })
  t.strictSame(decodeMeta(Buffer.from('{"unserialized": "text"}')).value, { unserialized: 'text' })
  t.end()
})

void t.test('a mapping of another kind is a mapping', (t) => {
  t.strictSame(decodeMeta(writePickle(new OrderedDict([['a', 1]]))), { value: { a: 1 }, format: 'pickle' })
  t.end()
})

void t.test('empty meta is left out, unreadable meta is a PayloadError', (t) => {
  t.equal(encodeMeta({}, 'json'), undefined)
  for (const text of ['', 'x', '[1]', '{', '\x80\x02K\x01.', '\x80\x02', '\x80\x02}K\x01K\x02s.']) {
    t.throws(() => decodeMeta(Buffer.from(text, 'latin1')), { code: 'RQD_BAD_PAYLOAD', message: /the job's meta/ })
  }
  t.end()
})
