import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/dependencies.md run', (t) => runDocument(t, 'docs/dependencies.md'))
