import t from 'tap'
import { runDocument } from '../helpers/documents.js'

t.test('the code blocks of docs/jobs.md run', (t) => runDocument(t, 'docs/jobs.md'))
