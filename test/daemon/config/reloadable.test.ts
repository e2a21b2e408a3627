import t from 'tap'
import { makeConfig } from '../../../daemon/config/make-config.js'
import { reloadable, reloadConfig } from '../../../daemon/config/reloadable.js'
import { optionKeys } from '../../../daemon/config/schema.js'

t.test('C3: what may change is taken, what may not stays and is named', (t) => {
  const before = makeConfig({ executors: 2, path: ['/a'], queues: ['q'] })
  const after = makeConfig({ executors: 3, path: ['/b'], queues: ['q', 'r'], url: 'redis://other', recycleJobs: 5 })
  const { config, changed, needRestart } = reloadConfig(before, after)
  t.same(changed, ['path', 'executors', 'recycleJobs'])
  t.same(needRestart, ['queues', 'url'])
  t.match(config, { executors: 3, path: ['/b'], recycleJobs: 5, queues: ['q'], url: before.url })
  t.same(reloadConfig(config, after).changed, [], 'the next time nothing has changed')
  t.same(reloadConfig(config, after).needRestart, ['queues', 'url'], 'but what needs a restart is named again')
  t.end()
})

t.test('an option that is left out again has its default again', (t) => {
  const { config, changed } = reloadConfig(makeConfig({ recycleJobs: 5, executors: 1 }), makeConfig({ executors: 1 }))
  t.same(changed, ['recycleJobs'])
  t.equal(config.recycleJobs, undefined)
  t.end()
})

t.test('values that do not fit those that stay are refused', (t) => {
  const before = makeConfig({ concurrency: 2 })
  t.throws(() => reloadConfig(before, makeConfig({ fresh: true })), {
    code: 'RQD_BAD_OPTION',
    message: /fresh is true/,
  })
  t.end()
})

t.test('every option that may change exists', (t) => {
  for (const key of reloadable) t.ok(optionKeys.includes(key), key)
  t.end()
})
