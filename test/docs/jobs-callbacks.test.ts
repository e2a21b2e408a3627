import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/jobs-callbacks.md run', (t) => runDocument(t, 'docs/jobs-callbacks.md'))
