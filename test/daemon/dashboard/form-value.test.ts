import fc from 'fast-check'
import t from 'tap'
import { formValue, plainFields, plainValue } from '../../../daemon/dashboard/form-value.js'

t.test('C11: a name comes back from a form as it was, line breaks and all', async (t) => {
  /** As browsers do to the fields of a form. */
  const sent = (value: string): string => value.replace(/\r\n|\r|\n/g, '\r\n')
  for (const name of ['q', '', 'a\nb', 'a\rb', 'a\r\nb', 'json:', 'json:"x"', 'json:\n', '"q"'])
    t.equal(plainValue(sent(formValue(name))), name, JSON.stringify(name))
  fc.assert(fc.property(fc.string(), (name) => plainValue(sent(formValue(name))) === name))
  t.equal(formValue('q <b>'), 'q <b>', 'other names are sent as they are')
})

t.test('what only looks like a marked value stays as it is', async (t) => {
  for (const value of ['json:{', 'json:1', 'json:["a"]', 'json:null', 'json']) t.equal(plainValue(value), value)
  const fields = plainFields(
    new URLSearchParams([
      ['id', 'json:"a\\nb"'],
      ['id', 'c'],
    ]),
  )
  t.strictSame(fields.getAll('id'), ['a\nb', 'c'])
})
