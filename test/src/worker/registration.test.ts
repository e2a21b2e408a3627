import t from 'tap'
import { furtherNames, workerNames } from '../../../src/worker/registration.js'

t.test('C3: workers that are added get the first free numbers', (t) => {
  t.same(furtherNames('web', workerNames('web', 1), 2), ['web.2', 'web.3'])
  t.same(furtherNames('web', workerNames('web', 2), 1), ['web.3'])
  t.same(furtherNames('web', ['web.2', 'web.4'], 3), ['web.1', 'web.3', 'web.5'])
  t.same(furtherNames('web', ['web', 'web.2'], 0), [])
  t.end()
})
