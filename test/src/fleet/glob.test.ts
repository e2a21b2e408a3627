import t from 'tap'
import { matchesGlob } from '../../../src/fleet/glob.js'

t.test('C5: patterns of function names', async (t) => {
  const cases: [string, string, boolean][] = [
    ['mail.send', 'mail.send', true],
    ['mail.send', 'mail', false],
    ['mail.send', 'mail.*', true],
    ['mail.send', '*.send', true],
    ['mail.send', '*', true],
    ['', '*', true],
    ['', '', true],
    ['', '?', false],
    ['mail.send', 'mail?send', true],
    ['mail.send', 'm*l.*nd', true],
    ['mail.sender', '*send', false],
    ['mailXsend', 'mail.send', false],
    ['aXbXc', 'a*X*c', true],
    ['ähm', '?hm', true],
    ['a+b', 'a+b', true],
  ]
  for (const [text, pattern, isFit] of cases) t.equal(matchesGlob(text, pattern), isFit, `${text} ${pattern}`)
})

t.test('many stars take no longer than text times pattern', async (t) => {
  t.equal(matchesGlob('a'.repeat(5_000), `${'a*'.repeat(200)}b`), false)
})
