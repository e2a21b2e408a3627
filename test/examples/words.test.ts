import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import t from 'tap'
import { wordsIn } from '../../examples/word-count/tasks/words.js'

/** What the reference counts. */
function wc(text: string): number {
  const { stdout } = spawnSync('wc', ['-w'], {
    input: text,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  return Number(stdout)
}

t.test('counts as wc does', (t) => {
  const texts = [
    '',
    ' ',
    'word',
    '  two\twords\n',
    'a\r\nb\vc\fd',
    'naïve café – 1–2 — “quoted”',
    '日本語\u3000日本語',
    'no\u00a0break\u2007figure\u202fnarrow\u2060joiner',
    'ogham\u1680space em\u2003space math\u205fspace',
    '\ufeffbyte order mark \ufeff alone',
    'zero\u200bwidth\u200djoined soft\u00adhyphen',
    '👩‍👩‍👧 e\u0301 \u0301',
  ]
  for (const text of texts) t.equal(wordsIn(text), wc(text), JSON.stringify(text))
  t.end()
})

t.test('what cannot be printed neither makes nor ends a word', (t) => {
  // Releases of wc differ here; this is coreutils 9.1.
  t.equal(wordsIn('a\u0001b'), 1)
  t.equal(wordsIn('\u0001 \u0085 \u2028'), 0)
  t.equal(wordsIn('a\u2028b'), 1)
  t.end()
})

t.test('property: counts as wc does, whatever printable text', (t) => {
  const blanks = Array.from('\t\n\v\f\r  \u00a0\u1680\u2000\u2003\u2007\u200a\u202f\u205f\u2060\u3000')
  const characters = Array.from('aZ09.,-_\'"äßçñЖя中文ก\u200b\ufeff\u00ad…€𝄞😀')
  const text = fc.array(fc.constantFrom(...blanks, ...characters), { maxLength: 80 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (sample) => wordsIn(sample) === wc(sample)),
    { numRuns: 60 },
  )
  t.end()
})
