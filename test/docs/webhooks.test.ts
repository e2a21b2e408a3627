import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/webhooks.md run', (t) => runDocument(t, 'docs/webhooks.md'))
