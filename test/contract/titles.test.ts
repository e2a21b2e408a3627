import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { titlesIn } from './titles.js'

t.test('tests are found by their titles, and those that never run are told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rqd-t-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'some.test.ts')
  writeFileSync(
    file,
    `
t.test('plain', (t) => t.end())
void t.test(
  'it\\'s inside', async (t) => { t.test(\`of \${name}\`, { skip: without }, (t) => t.end()) })
t.test('off', { skip: true }, run)
t.test('told off', { skip: 'too slow' }, run)
t.test('later', { todo: true }, run)
t.skip('skipped', run)
t.todo('undone')
// t.test('a comment', run)
const text = "t.test('a text', run)"
t.equal('plain', 'plain')
`,
  )
  t.strictSame(
    titlesIn(file).map(({ text, isOff }) => `${isOff ? 'off' : 'on'}: ${text}`),
    [
      'on: plain',
      "on: it's inside",
      'on: of ${name}',
      'off: off',
      'off: told off',
      'off: later',
      'off: skipped',
      'off: undone',
    ],
  )
  t.end()
})
