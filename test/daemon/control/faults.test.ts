import t from 'tap'
import { BadParamsError, errorOf, faultCodes, faultOf, standardFaults } from '../../../daemon/control/faults.js'
import { RqdError } from '../../../src/errors.js'

t.test('an error of ours crosses the socket with its code', (t) => {
  const fault = faultOf(new RqdError('RQD_REDIS', 'gone'))
  t.same(fault, { code: faultCodes.RQD_REDIS, message: 'gone', data: { code: 'RQD_REDIS' } })
  t.match(errorOf(fault), { code: 'RQD_REDIS', message: 'gone' })
  t.end()
})

t.test('wrong parameters are a standard fault, a bug is an internal one', (t) => {
  t.match(faultOf(new BadParamsError('no')), { code: -32602, data: { code: 'RQD_BAD_OPTION' } })
  t.same(faultOf(new TypeError('oops')), { code: -32603, message: 'the daemon failed inside: oops' })
  t.match(faultOf('text'), { code: -32603, message: /text/ })
  t.end()
})

t.test('a fault of an unknown name is a protocol error', (t) => {
  for (const data of [undefined, null, 5, {}, { code: 'RQD_NOVELTY' }, { code: 'toString' }]) {
    t.match(errorOf({ code: -1, message: 'x', data }), { code: 'RQD_PROTOCOL', message: 'x' })
  }
  t.end()
})

t.test('numbers are distinct and in the ranges that JSON-RPC gives', (t) => {
  const ours: number[] = Object.values(faultCodes)
  t.equal(new Set(ours).size, ours.length)
  t.ok(ours.every((code) => code <= -32000 && code >= -32099))
  t.ok(Object.values(standardFaults).every(({ code }) => code <= -32600 && code >= -32700))
  t.end()
})
