import t from 'tap'
import {
  type Sort,
  type View,
  firstView,
  press,
  rowId,
  selectedRow,
  sortedRows,
} from '../../../../daemon/cli/top/view.js'
import type { ExecutorStatus, Status } from '../../../../daemon/control/operations.js'
import { sampleStatus } from '../../control/fake-operations.js'

const [sample] = sampleStatus.executors
const row = (worker: string, more: Partial<ExecutorStatus> = {}): ExecutorStatus => ({ ...sample!, worker, ...more })
const status: Status = {
  ...sampleStatus,
  executors: [
    row('w.1', { pid: 11, queue: 'low', runningSec: 5, rssBytes: 300, jobsDone: 1, jobId: 'one' }),
    row('w.2', { pid: 12, queue: null, runningSec: null, rssBytes: null, jobsDone: 9, jobId: null }),
    row('w.3', { pid: 13, queue: 'high', runningSec: 50, rssBytes: 200, jobsDone: 3, jobId: 'three' }),
  ],
}

function type(keys: readonly string[], from: View = firstView, at: Status = status) {
  let last: ReturnType<typeof press> = { view: from }
  for (const key of keys) last = press(last.view, key, at)
  return last
}

t.test('keys sort: by the daemon, queue, age, memory, jobs done; what is unknown comes last', async (t) => {
  const orders: [string, Sort, string][] = [
    ['w', 'worker', 'w.1 w.2 w.3'],
    ['u', 'queue', 'w.3 w.1 w.2'],
    ['a', 'age', 'w.3 w.1 w.2'],
    ['m', 'memory', 'w.1 w.3 w.2'],
    ['n', 'done', 'w.2 w.3 w.1'],
  ]
  for (const [key, sort, order] of orders) {
    const { view, wish } = type([key])
    t.equal(view.sort, sort)
    t.equal(wish, undefined)
    t.equal(
      sortedRows(status, sort)
        .map(({ worker }) => worker)
        .join(' '),
      order,
    )
  }
})

t.test('the cursor moves among the rows as they are sorted, and stops at both ends', async (t) => {
  const at = (...keys: string[]): string | undefined => selectedRow(type(keys).view, status)?.worker
  t.equal(at(), 'w.1')
  t.equal(at('down'), 'w.2')
  t.equal(at('j', 'j', 'k'), 'w.2')
  t.equal(at('up'), 'w.1')
  t.equal(at('end', 'down'), 'w.3')
  t.equal(at('end', 'home'), 'w.1')
  t.equal(at('pagedown'), 'w.3')
  t.equal(at('pagedown', 'pageup'), 'w.1')
  t.equal(at('a', 'down'), 'w.1')
  t.equal(at('down', 'down', 'm'), 'w.3', 'it stays on its executor when they are sorted')
})

t.test('the cursor stays on the worker whose executor was replaced, else goes to the first', async (t) => {
  const { view } = type(['down'])
  const replaced = { ...status, executors: status.executors.map((each) => ({ ...each, pid: (each.pid ?? 0) + 100 })) }
  t.equal(selectedRow(view, replaced)?.worker, 'w.2')
  t.equal(selectedRow(view, { ...status, executors: [row('other', { pid: 1 })] })?.worker, 'other')
  const none = { ...status, executors: [] }
  t.equal(selectedRow(view, none), undefined)
  t.equal(type(['down'], firstView, none).view.selected, undefined)
  t.match(type(['s'], firstView, none).view.note, 'There is no executor.')
})

t.test('p pauses, and resumes what is paused, draining or drained', async (t) => {
  for (const [state, kind] of [
    ['running', 'pause'],
    ['suspended', 'pause'],
    ['paused', 'resume'],
    ['draining', 'resume'],
    ['drained', 'resume'],
  ] as const) {
    t.same(type(['p'], firstView, { ...status, state }).wish, { kind }, state)
  }
})

t.test('s and d ask first; only y does it', async (t) => {
  const { view, wish } = type(['s'])
  t.same([view.asking, wish], [{ kind: 'stop', jobId: 'one' }, undefined])
  t.same(type(['s', 'y']).wish, { kind: 'stop', jobId: 'one' })
  t.equal(type(['s', 'y']).view.asking, undefined)
  for (const key of ['n', 'escape', 'q', 'p', 'down']) {
    const refused = type(['s', key])
    t.same([refused.wish, refused.view.asking, refused.view.note], [undefined, undefined, 'Nothing was done.'], key)
  }
  t.same(type(['d', 'y']).wish, { kind: 'drain' })
  t.equal(type(['d', 'n']).wish, undefined)
})

t.test('what was asked about is done, also if the row has another job by then', async (t) => {
  const { view } = type(['s'])
  const moved = { ...status, executors: [row('w.1', { pid: 11, jobId: 'next' })] }
  t.same(press(view, 'y', moved).wish, { kind: 'stop', jobId: 'one' })
})

t.test('whose job it is, on a daemon with tenants, is kept beside it', async (t) => {
  const shared = { ...status, executors: [row('w.1', { pid: 11, jobId: 'one', tenant: 'ann' })] }
  t.same(type(['s', 'y'], firstView, shared).wish, { kind: 'stop', jobId: 'one', tenant: 'ann' })
})

t.test('an executor without a job has none to stop', async (t) => {
  const { view, wish } = type(['down', 's'])
  t.same([view.asking, view.note, wish], [undefined, 'w.2 runs no job.', undefined])
})

t.test('q and Ctrl-C quit, Ctrl-C from everywhere; h helps, any key comes back', async (t) => {
  t.same(type(['q']).wish, { kind: 'quit' })
  t.same(type(['s', 'ctrl-c']).wish, { kind: 'quit' })
  t.same(type(['h', 'q']).wish, { kind: 'quit' })
  t.equal(type(['h']).view.help, true)
  t.equal(type(['?']).view.help, true)
  const back = type(['h', 'p'])
  t.same([back.view.help, back.wish], [false, undefined])
  t.same(type(['space']).wish, { kind: 'look' })
})

t.test('other keys do nothing', async (t) => {
  for (const key of ['x', 'ctrl-z', 'f1', '', '\u0007', 'constructor', 'toString']) {
    t.same(type([key]), { view: firstView }, key)
  }
  t.equal(rowId(row('w.9', { pid: null })), 'w.9 -')
})
