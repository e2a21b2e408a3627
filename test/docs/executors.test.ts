import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/executors.md run', (t) => runDocument(t, 'docs/executors.md'))
