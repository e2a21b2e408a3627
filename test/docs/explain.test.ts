import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { causes } from '../../src/explain/causes.js'
import { runDocument } from '../helpers/documents.js'
import { projectRoot } from '../helpers/paths.js'

t.test('C7 docs/explain.md lists every cause as the code has it, and no other', async (t) => {
  const page = await readFile(join(projectRoot, 'docs/explain.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|/gm)].map(([, code, meaning]) => [code, meaning])
  t.strictSame(rows, Object.entries(causes))
})

t.test('C7 the code blocks of docs/explain.md run', (t) => runDocument(t, 'docs/explain.md'))
