import t from 'tap'
import { printable, printableMessage, printableOutput } from '../../daemon/printable.js'

t.test('C12 text of others cannot move the cursor, break a line or turn its direction', async (t) => {
  t.equal(printable('a\u001b[2J\n\u009b\u202e\u2028'), 'a\\x1b[2J\\x0a\\x9b\\u202e\\u2028')
  t.equal(printable('Grüße, 世界 🙂'), 'Grüße, 世界 🙂')
})

t.test('a message keeps its lines, and both ends of long ones', async (t) => {
  t.equal(printableMessage('one\ntwo\u0007'), 'one\ntwo\\x07')
  const text = printableMessage(`--name is ${'x'.repeat(100_000)}; expected a name`)
  t.match(text, /^--name is x+…x+; expected a name$/)
  t.ok(text.length < 1_100)
})

t.test('output keeps lines and tabs', async (t) => {
  t.equal(printableOutput('a\tb\r\n\u001b]0;t\u0007c\rd'), 'a\tb\n\\x1b]0;t\\x07c\\x0dd')
})
