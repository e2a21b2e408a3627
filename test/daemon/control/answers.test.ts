import t from 'tap'
import { misfit, misfitOfEvent, misfitOfProgress, misfitOfRollout } from '../../../daemon/control/answers.js'
import { describeMethods } from '../../../daemon/control/openrpc.js'
import { type DaemonMethodName, drainProgress, methods, rolloutProgress } from '../../../daemon/control/protocol.js'
import { daemonEvent } from '../../../daemon/control/session-methods.js'
import { sampleCron, sampleStatus, tenantsStatus } from './fake-operations.js'

const samples: Record<DaemonMethodName, unknown> = {
  ping: 'pong',
  status: tenantsStatus,
  pause: { paused: ['high'] },
  resume: { paused: [] },
  drain: { drained: true, handedBack: 0, elapsedSec: 2.5 },
  scale: { executors: 4, was: 2, ending: 1, elapsedSec: 0.5 },
  'restart-executors': { executors: 4, ending: 1, elapsedSec: 0.5 },
  reload: { executors: 4, ending: 1, elapsedSec: 0.5, changed: ['path'], needRestart: [] },
  logs: { state: 'running', from: 0, next: 3, pieces: [{ stream: 'stderr', text: 'hi\n' }] },
  shutdown: { running: 3 },
  'rpc.discover': describeMethods('1.0.0'),
  hello: { name: 'web-1', version: '0.1.0', readOnly: false },
  subscribe: { seq: 7 },
  unsubscribe: { subscribed: true },
  events: { events: [{ seq: 1, time: '2026-11-25T02:00:00.000Z', type: 'redis.lost', missed: 2 }] },
}

const others = [undefined, null, 'other', '', 7, 0.5, -1, true, [], {}, ['x'], { newer: 1 }]

/** The value with each of its parts, down to the leaves, replaced in turn by each of the others. */
function* variants(value: unknown): Generator {
  yield* others
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    for (const other of variants(part)) {
      yield Array.isArray(value)
        ? value.map((item: unknown, i) => (i === Number(key) ? other : item))
        : { ...value, [key]: other }
    }
  }
}

t.test('the client takes an answer if and only if the method table does', async (t) => {
  for (const [name, sample] of Object.entries(samples) as [DaemonMethodName, unknown][]) {
    t.equal(await misfit(name, sample), undefined)
    for (const variant of name === 'rpc.discover' ? [...others, { openrpc: 1 }] : variants(sample)) {
      const fits = methods[name].result.safeParse(variant).success
      const found = await misfit(name, variant)
      if ((found === undefined) !== fits) t.fail(`${name}: ${JSON.stringify(variant)}`, { found, fits })
    }
  }
  t.equal(await misfit('status', sampleStatus), undefined, 'without tenants')
  for (const variant of variants({
    seq: 1,
    time: '2026-11-25T02:00:00.000Z',
    type: 'redis.lost',
    missed: 2,
    tenant: 'ann',
  })) {
    t.equal(misfitOfEvent(variant) === undefined, daemonEvent.safeParse(variant).success)
  }
  for (const variant of variants({ running: 2, elapsedSec: 0.5 })) {
    t.equal(misfitOfProgress(variant) === undefined, drainProgress.safeParse(variant).success)
  }
  for (const variant of variants({ step: 'starting', done: 1, total: 2, running: 0, elapsedSec: 0.5 })) {
    t.equal(misfitOfRollout(variant) === undefined, rolloutProgress.safeParse(variant).success)
  }
})

t.test('what is wrong is told with its place, what was found and what was expected', async (t) => {
  const [executor] = sampleStatus.executors
  const cases: [unknown, string][] = [
    [{ ...sampleStatus, pid: 'x' }, 'it.pid is "x"; expected a whole number'],
    [
      { ...sampleStatus, executors: [{ ...executor, jobsDone: -1 }] },
      'it.executors[0].jobsDone is -1; expected a whole',
    ],
    [{ ...sampleStatus, queues: undefined }, 'it.queues is missing; expected a list'],
    ['x'.repeat(500), `it is "${'x'.repeat(78)}…; expected an object`],
  ]
  for (const [answer, found] of cases) t.match(await misfit('status', answer), found)
})

t.test('an answer about data at rest is checked by its schema', async (t) => {
  t.equal(await misfit('cron.list', { entries: sampleCron }), undefined)
  t.match(await misfit('cron.list', { entries: [{ ...sampleCron[0], name: 7 }] }), /^it\.entries\[0\]\.name is 7; /)
  t.match(await misfit('cron.list', 'x'), /^it is "x"; /)
})
