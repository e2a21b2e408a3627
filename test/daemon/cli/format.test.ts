import t from 'tap'
import { readTemplate } from '../../../daemon/cli/format.js'

const fields = ['id', 'status', 'places', 'error']
const print = (template: string, document: object): string => {
  const found = readTemplate(template, fields)
  return typeof found === 'string' ? `wrong: ${found}` : found(document)
}

t.test('C7: fields in braces, escapes, JSON for lists and objects, nothing for null', async (t) => {
  const job = { id: 'a', status: null, places: [{ queue: 'q' }], error: 'bad\nline\x1b[31m\ttab' }
  t.equal(print('{id} {status}|', job), 'a |\n')
  t.equal(print('{id}\\t{id}\\n\\\\', job), 'a\ta\n\\\n')
  t.equal(print('{{{id}}}', job), '{a}\n')
  t.equal(print('{places}', job), '[{"queue":"q"}]\n')
  t.equal(print('{ places.0.queue }', job), 'q\n')
  t.equal(print('{id.nothing.here}', job), '\n')
  t.equal(print('{error}', job), 'bad\\x0aline\\x1b[31m\\x09tab\n')
})

t.test('what is wrong with a template is said, with what was perhaps meant', async (t) => {
  t.match(print('{statsu}', {}), 'wrong: unknown field "statsu"; did you mean "status"?')
  t.match(print('{}', {}), 'wrong: unknown field ""; there are id, status, places, error')
  t.match(print('{constructor}', {}), /unknown field/)
  t.match(print('{id', {}), 'wrong: found { without }')
  t.match(print('id}', {}), 'wrong: found } without {')
  t.match(print('\\x', {}), 'wrong: found "\\\\x"; expected \\t, \\n or \\\\')
})
