import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('J7 J18 W8 the code blocks of docs/queues.md run', (t) => runDocument(t, 'docs/queues.md'))
