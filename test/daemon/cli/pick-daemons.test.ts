import t from 'tap'
import { pickDaemons } from '../../../daemon/cli/pick-daemons.js'
import { documentOfDaemon } from '../../../daemon/data/daemons.js'

const daemon = (supervisor: string, name: string, alive = true) =>
  documentOfDaemon({
    name,
    supervisor,
    host: 'box',
    pid: 1,
    version: '1',
    startedMs: null,
    alive,
    leaseLeftSec: 1,
    queues: [],
    takesOrders: true,
    summary: null,
  })

t.test('daemons are picked by name or id, in their order, each once', (t) => {
  const [one, two, dead] = [daemon('s1', 'one'), daemon('s2', 'two'), daemon('s0', 'one', false)]
  const all = [dead, one, two]
  t.strictSame(pickDaemons(all, []), all)
  t.strictSame(pickDaemons(all, ['two', 'one', 's1']), [one, two])
  t.strictSame(pickDaemons(all, ['s0']), [dead])
  t.strictSame(pickDaemons([dead], ['one']), [dead])
  t.throws(() => pickDaemons(all, ['three']), { code: 'RQD_NO_SUCH_DAEMON', message: /there are one, two$/ })
  t.throws(() => pickDaemons([], []), { code: 'RQD_UNREACHABLE' })
  t.end()
})
