import t from 'tap'
import { runDocument } from '../helpers/documents.js'

for (const name of ['README.md', 'docs/getting-started.md']) {
  t.test(`the code blocks of ${name} run`, (t) => runDocument(t, name))
}
