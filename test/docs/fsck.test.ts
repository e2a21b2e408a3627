import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Kind, kindNames, kinds } from '../../src/fsck/kinds.js'
import { projectRoot } from '../helpers/paths.js'

t.test('docs/fsck.md has a row for each kind, with what a repair does, and for no other', (t) => {
  const page = readFileSync(join(projectRoot, 'docs/fsck.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)]
  t.same(
    rows.map(([, name, title, repair, twice]) => [name, title, repair, twice]),
    kindNames.map((name) => {
      const { title, repair = '–', settles }: Kind = kinds[name]
      return [name, title, repair, settles ? 'yes' : 'no']
    }),
  )
  t.end()
})
