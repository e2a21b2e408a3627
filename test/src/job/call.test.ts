import { deepStrictEqual } from 'node:assert'
import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { type Call, decodeCall, encodeCall } from '../../../src/job/call.js'
import { encodeJson } from '../../../src/serial/json.js'
import { Tuple } from '../../../src/serial/python-values.js'
import { writePickle } from '../../../src/serial/pickle/writer.js'
import { goldenJobs, goldenNames, loadGolden } from '../../helpers/golden.js'
import { plainPython, runPlainPython } from '../serial/support/plain-python.js'

void t.test('the calls of every sample decode and encode to an equal meaning', (t) => {
  let calls = 0
  for (const name of goldenNames()) {
    for (const [id, fields] of goldenJobs(loadGolden(name))) {
      const data = fields.get('data')
      if (data === undefined || id === 'method-1') continue
      const call = decodeCall(data)
      t.match(call.func, /^[\w.]+$/, `${name}, ${id}`)
      deepStrictEqual(decodeCall(encodeCall(call, call.format)), call)
      calls++
    }
  }
  t.ok(calls > 40, `${calls} calls`)
  const plain = goldenJobs(loadGolden('2.10--enqueue-plain'))
  const expected = { func: 'wirefuncs.add', instance: null, args: [1], kwargs: { b: 2 } }
  t.strictSame(decodeCall(plain.get('pickle-1')!.get('data')!), { ...expected, format: 'pickle' })
  t.strictSame(decodeCall(plain.get('json-1')!.get('data')!), { ...expected, format: 'json' })
  t.end()
})

void t.test('compressed or not, tuple or list, makes no difference', (t) => {
  const expected = { func: 'labfuncs.add', instance: null, args: [1, 2], kwargs: {} }
  t.strictSame(decodeCall(Buffer.from('["labfuncs.add", null, [1, 2], {}]')), { ...expected, format: 'json' })
  const hand = Buffer.from('\x80\x02(X\x0c\0\0\0labfuncs.addNK\x01K\x02\x86}t.', 'latin1')
  t.strictSame(decodeCall(hand), { ...expected, format: 'pickle' })
  t.notOk(decodeCall(hand).args instanceof Tuple, 'a caller may extend the arguments')
  t.strictSame(decodeCall(writePickle(['labfuncs.add', null, [1, 2], {}])), { ...expected, format: 'pickle' })
  t.end()
})

void t.test('JSON is written as Python writes it, pickle as a tuple', (t) => {
  const call: Call = { func: 'f', instance: null, args: [1, 'é'], kwargs: { k: null } }
  t.equal(inflateSync(encodeCall(call, 'json')).toString(), String.raw`["f", null, [1, "\u00e9"], {"k": null}]`)
  t.equal(
    inflateSync(encodeCall({ ...call, args: [1] }, 'pickle')).toString('latin1'),
    '\x80\x02(X\x01\0\0\0fNK\x01\x85}(X\x01\0\0\0kNut.',
  )
  t.throws(() => encodeCall({ ...call, args: [() => 1] }, 'json'), {
    code: 'RQD_UNREPRESENTABLE',
    message: /value\[2\]\[0\]: it is a function/,
  })
  t.end()
})

void t.test('each bad payload is refused for a reason that a stranger understands', (t) => {
  const method = goldenJobs(loadGolden('2.10--enqueue-bound-method')).get('method-1')!.get('data')!
  const pickle = (text: string): Buffer => Buffer.from(`\x80\x02(X\x01\0\0\0f${text}t.`, 'latin1')
  const json = (value: unknown): Buffer => Buffer.from(encodeJson(value))
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [method, /this job needs a Python object of class fractions\.Fraction: it calls its method "limit_denominator"/],
    [Buffer.alloc(0), /data is empty/],
    [Buffer.from('hello'), /neither zlib, pickle nor JSON: it starts with the bytes 68656c6c6f/],
    [Buffer.from('[1, '), /cannot be read as json: bad JSON at character/],
    [Buffer.from('\x80\x04]', 'latin1'), /cannot be read as pickle: .*without STOP/],
    [json(['f', null, []]), /a list of 3, expected the four items/],
    [json({ func: 'f' }), /of type dict, expected the four items/],
    [json([1, null, [], {}]), /function name is of type int/],
    [json(['', null, [], {}]), /function name is empty/],
    [json(['f', { a: 1 }, [], {}]), /needs a Python object of class dict/],
    [json(['f', null, {}, {}]), /positional arguments are of type dict/],
    [json(['f', null, [], []]), /keyword arguments are a list of 0/],
    [pickle('N)}K\x01K\x02s'), /keyword arguments are named by something other than text/],
    [pickle('Ncapp.models\nUser\n)\x81\x85}'), /needs a Python object of class app\.models\.User as args\[0\]/],
    [pickle('N)}X\x01\0\0\0k](K\x01capp\nThing\nes'), /the Python class or function app\.Thing as kwargs\["k"\]\[1\]/],
    [pickle('capp\nThing\n)}'), /needs the Python class app\.Thing: it calls its method "f"/],
  ]
  for (const [data, message] of cases)
    t.throws(() => decodeCall(data), { code: 'RQD_BAD_PAYLOAD', message }, String(message))
  t.throws(
    () =>
      decodeCall(encodeCall({ func: 'f', instance: null, args: ['x'.repeat(1e6)], kwargs: {} }, 'json'), {
        maxBytes: 1000,
      }),
    /larger than/,
  )
  t.end()
})

void t.test('property: any call comes back', (t) => {
  const value = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('-0'))
  const calls = fc.record({
    func: fc.stringMatching(/^[a-z][\w.]{0,20}$/),
    instance: fc.constant(null),
    args: fc.array(value),
    kwargs: fc.dictionary(fc.string(), value, { noNullPrototype: true }),
  })
  fc.assert(
    fc.property(calls, fc.constantFrom('json' as const, 'pickle' as const), (call, format) => {
      const plain = JSON.parse(JSON.stringify(call)) as Call
      deepStrictEqual(decodeCall(encodeCall(plain, format)), { ...plain, format })
    }),
    { numRuns: 500, seed: 6 },
  )
  t.pass('it holds')
  t.end()
})

void t.test('real Python reads our calls', { skip: plainPython === undefined }, (t) => {
  const call: Call = { func: 'mod.f', instance: null, args: [1, [2.5, null], 'é'], kwargs: { k: true } }
  const program = `
import base64, json, pickle, sys, zlib
j, p = [zlib.decompress(base64.b64decode(x)) for x in json.load(sys.stdin)]
print(json.dumps([repr(json.loads(j)), repr(pickle.loads(p))]))`
  const input = [encodeCall(call, 'json'), encodeCall(call, 'pickle')].map((bytes) =>
    Buffer.from(bytes).toString('base64'),
  )
  t.strictSame(runPlainPython(program, JSON.stringify(input)), [
    "['mod.f', None, [1, [2.5, None], 'é'], {'k': True}]",
    "('mod.f', None, (1, [2.5, None], 'é'), {'k': True})",
  ])
  t.end()
})
