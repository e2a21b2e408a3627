import t from 'tap'
import { isLooking, jobsPath, readJobsQuery } from '../../../../daemon/dashboard/pages/jobs-query.js'
import { Links } from '../../../../daemon/dashboard/view/links.js'

const read = (text: string) => readJobsQuery(new URLSearchParams(text))
const links = new Links('/rq')

t.test('C11: an address says which jobs are shown; what is empty in it says nothing', async (t) => {
  t.strictSame(
    read('queue=a&queue=b&queue=a&queue=&status=failed&status=queued&func=+mail.*+&older-than=2h&cursor=x'),
    {
      queues: ['a', 'b'],
      statuses: ['failed', 'queued'],
      func: 'mail.*',
      error: null,
      olderThan: '2h',
      olderThanSec: 7200,
      cursor: 'x',
    },
  )
  const none = read('queue=&func=&error=++')
  t.match(none, { queues: [], statuses: [], func: null, error: null, olderThanSec: null, cursor: null })
  t.equal(isLooking(none), false)
  for (const filter of ['func=a', 'error=a', 'older-than=90']) t.equal(isLooking(read(filter)), true, filter)
})

t.test('C12: a state that is none is named, with those that there are', async (t) => {
  const code = 'RQD_BAD_OPTION'
  t.throws(() => read('status=lost%1b'), { code, message: /^status is "lost\\\\x1b"; expected one of queued, started/ })
  t.throws(() => read('older-than=soon'), { code: 'RQD_BAD_DURATION' })
})

t.test('a change of what is shown begins at the beginning, and keeps the rest', async (t) => {
  const query = read('queue=a&queue=b&status=failed&error=x+y&cursor=c')
  t.equal(jobsPath(query, {}, links), '/rq/jobs?queue=a&queue=b&status=failed&error=x+y')
  t.equal(jobsPath(query, { cursor: 'd', statuses: [] }, links), '/rq/jobs?queue=a&queue=b&error=x+y&cursor=d')
  const path = jobsPath(query, { cursor: 'd' }, new Links(''))
  t.match(read(path.split('?')[1] ?? ''), { ...query, cursor: 'd' })
})
