import t from 'tap'
import type { DaemonDocument } from '../../../../daemon/data/daemons.js'
import type { WorkerDocument } from '../../../../daemon/data/worker-row.js'
import { groupWorkers } from '../../../../daemon/dashboard/pages/worker-groups.js'

const worker = (name: string, supervisor: string | null, hostname: string | null): WorkerDocument => ({
  name,
  supervisor,
  hostname,
  pid: 1,
  ipAddress: null,
  queues: [],
  state: 'idle',
  currentJobId: null,
  lastHeartbeat: null,
  birthDate: null,
  successfulJobCount: 0,
  failedJobCount: 0,
  totalWorkingTimeSec: 0,
  version: null,
  software: null,
})

const daemon = (name: string, supervisor: string, host: string): DaemonDocument => ({
  name,
  supervisor,
  host,
  pid: 1,
  version: '0.1.0',
  state: 'running',
  alive: true,
  leaseLeftSec: 10,
  startedAt: null,
  queues: [],
  pausedQueues: [],
  executors: { total: 0, busy: 0, idle: 0 },
  running: 0,
  rssBytes: null,
  finished: 0,
  failed: 0,
  sockets: [],
  http: null,
  sharesExecutors: false,
  takesOrders: true,
})

t.test(
  'C11: executors stand with their daemon, others with their host; daemons come first, then by name',
  async (t) => {
    const workers = [
      worker('py1', null, 'box'),
      worker('z.1', 's2', 'box'),
      worker('inside', 's9', 'app'),
      worker('a.1', 's1', 'box'),
      worker('py2', null, 'box'),
      worker('lost', null, null),
      worker('a.2', 's1', 'box'),
    ]
    const groups = groupWorkers(workers, [daemon('zeta', 's2', 'box'), daemon('alpha', 's1', 'box')])
    t.strictSame(
      groups.map(({ kind, name, supervisor, workers }) => [kind, name, supervisor, workers.map((each) => each.name)]),
      [
        ['daemon', 'alpha', 's1', ['a.1', 'a.2']],
        ['daemon', 'zeta', 's2', ['z.1']],
        ['library', 'app', null, ['inside']],
        ['rq', 'an unknown host', null, ['lost']],
        ['rq', 'box', null, ['py1', 'py2']],
      ],
    )
  },
)

t.test('two daemons of one name are two groups, and a host named like a daemon is a third', async (t) => {
  const workers = [worker('a', 's1', 'h'), worker('b', 's2', 'h'), worker('c', null, 'same')]
  t.equal(groupWorkers(workers, [daemon('same', 's1', 'h'), daemon('same', 's2', 'h')]).length, 3)
  t.strictSame(groupWorkers([], [daemon('idle', 's1', 'h')]), [])
})
