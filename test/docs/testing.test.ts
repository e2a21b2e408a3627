import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/testing.md run', (t) => runDocument(t, 'docs/testing.md'))
