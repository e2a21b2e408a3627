import t from 'tap'
import { isHeir, isReady } from '../../../../daemon/cli/upgrade/heir.js'
import { documentOfDaemon } from '../../../../daemon/data/daemons.js'

const daemon = (supervisor: string, name: string, host = 'box', queues = ['a', 'b'], alive = true) =>
  documentOfDaemon({
    name,
    supervisor,
    host,
    pid: 1,
    version: '1',
    startedMs: null,
    alive,
    leaseLeftSec: 1,
    queues,
    takesOrders: true,
    summary: null,
  })

t.test('an heir is new, alive, and has the name, or the host and the queues', (t) => {
  const old = daemon('s1', 'one')
  const before = new Set(['s1', 's2'])
  t.ok(isHeir(daemon('s3', 'one', 'elsewhere', ['c']), old, before))
  t.ok(isHeir(daemon('s3', 'made-up', 'box', ['b', 'a']), old, before))
  t.notOk(isHeir(daemon('s3', 'made-up', 'box', ['a']), old, before))
  t.notOk(isHeir(daemon('s3', 'made-up', 'elsewhere'), old, before))
  t.notOk(isHeir(daemon('s2', 'one'), old, before), 'it was there before')
  t.notOk(isHeir(daemon('s3', 'one', 'box', ['a', 'b'], false), old, before))
  t.end()
})

t.test('ready is what runs with all its executors', (t) => {
  const ready = { state: 'running', executors: { total: 2, busy: 1, idle: 1 } }
  t.ok(isReady(ready))
  t.ok(isReady({ ...ready, state: 'paused' }), 'that is what somebody wants')
  t.notOk(isReady({ ...ready, state: 'starting' }))
  t.notOk(isReady({ ...ready, executors: { total: 2, busy: 0, idle: 1 } }))
  t.notOk(isReady({ ...ready, executors: { total: 0, busy: 0, idle: 0 } }))
  t.end()
})
