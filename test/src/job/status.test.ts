import t from 'tap'
import { isJobStatus, jobStatuses } from '../../../src/job/status.js'

void t.test('knows the texts of RQ and no others', (t) => {
  t.equal(jobStatuses.length, 11)
  for (const status of jobStatuses) t.ok(isJobStatus(status), status)
  for (const text of ['', 'Queued', 'cancelled', 'running', 'constructor']) t.notOk(isJobStatus(text), text)
  t.end()
})
