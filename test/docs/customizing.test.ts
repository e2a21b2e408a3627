import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/customizing.md run', (t) => runDocument(t, 'docs/customizing.md'))
