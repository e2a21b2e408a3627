import t from 'tap'
import { keepTitle, supervisorTitle } from '../../../daemon/supervisor/title.js'
import { waitFor } from '../../helpers/wait-for.js'

t.test('W9: it tells the queues, how many executors are busy, and any unusual state', async (t) => {
  t.equal(supervisorTitle(['high', 'low'], 3, 'running'), 'rqd: supervisor high,low 3 busy')
  t.equal(supervisorTitle(['high'], 0, 'running'), 'rqd: supervisor high idle')
  t.equal(supervisorTitle(['high'], 1, 'draining'), 'rqd: supervisor high 1 busy (draining)')
})

t.test('W9: it is written when it has changed, and not before', async (t) => {
  const written: string[] = []
  let title = 'one'
  const end = keepTitle(
    () => title,
    (text) => written.push(text),
  )
  t.teardown(end)
  t.same(written, ['one'])
  title = 'two'
  await waitFor('the change', () => written.length > 1)
  t.same(written, ['one', 'two'])
})
