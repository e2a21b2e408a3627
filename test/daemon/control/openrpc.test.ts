import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
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

t.test('C1: rpc.discover is valid by the meta-schema of OpenRPC', (t) => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const require = createRequire(import.meta.url)
  const { openrpcDocument } = require('@open-rpc/meta-schema') as { openrpcDocument: Record<string, unknown> }
  const { $schema: _, ...whole } = openrpcDocument
  // What it says of JSON schemas lies at another address; they are looked at in a test of their own.
  const elsewhere = /"https:\/\/meta\.json-schema\.tools[^"]*"/g
  const text = JSON.stringify(whole).replaceAll(elsewhere, '"#/definitions/specificationExtension"')
  const metaSchema = JSON.parse(text) as Record<string, unknown>
  const validate = ajv.compile(metaSchema)
  t.ok(validate(JSON.parse(JSON.stringify(describeMethods('1.2.3')))), JSON.stringify(validate.errors))
  t.notOk(validate({ ...describeMethods('1.2.3'), methods: [{ name: 1 }] }), 'and others are not')
  t.end()
})

t.test('every schema in it is a valid JSON schema', (t) => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const { methods: described, 'x-notifications': notifications } = describeMethods('1')
  const schemas = [
    ...described.flatMap(({ params, result }) => [...params, result].map(({ schema }) => schema)),
    ...notifications.map(({ params }) => params),
  ]
  for (const schema of schemas) t.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors))
  t.same(
    notifications.map(({ name }) => name),
    ['drain.progress', 'event'],
  )
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
