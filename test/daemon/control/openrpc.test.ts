import t from 'tap'
import { describeMethods } from '../../../daemon/control/openrpc.js'
import { methodNames, methods } from '../../../daemon/control/protocol.js'
import { sampleStatus } from './fake-operations.js'

t.test('every method is described, as OpenRPC asks', (t) => {
  const document = JSON.parse(JSON.stringify(describeMethods('1.2.3'))) as ReturnType<typeof describeMethods>
  t.match(document, { openrpc: /^1\.\d+\.\d+$/, info: { title: String, version: '1.2.3' } })
  t.same(
    document.methods.map(({ name }) => name),
    methodNames,
  )
  for (const method of document.methods) {
    t.match(method, { summary: String, paramStructure: 'either', result: { name: 'result', schema: Object } })
    t.equal(method['x-changes'], methods[method.name].changes)
    for (const param of method.params)
      t.match(param, { name: String, description: String, schema: { description: String } })
    const codes = method.errors.map(({ code }) => code)
    t.equal(new Set(codes).size, codes.length, 'fault codes are distinct')
    t.ok(codes.every((code) => Number.isInteger(code) && code <= -32000 && code >= -32768))
  }
  t.end()
})

t.test('parameters with a default are not required', (t) => {
  const drain = describeMethods('1').methods.find(({ name }) => name === 'drain')
  t.match(drain?.params, [{ name: 'timeoutSec', required: false, schema: { default: null } }])
  t.end()
})

t.test('a status passes its schema and keeps fields of later versions', (t) => {
  t.same(methods.status.result.parse({ ...sampleStatus, novelty: 1 }), { ...sampleStatus, novelty: 1 })
  t.throws(() => methods.status.result.parse({ ...sampleStatus, state: 'dancing' }))
  t.end()
})
