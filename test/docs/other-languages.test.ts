import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('P1 the jobs of docs/other-languages.md, written with nothing but Redis commands, run', (t) =>
  runDocument(t, 'docs/other-languages.md'),
)
