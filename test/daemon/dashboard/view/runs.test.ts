import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import t from 'tap'
import type { BulkRun } from '../../../../daemon/dashboard/bulk-runs.js'
import { Links } from '../../../../daemon/dashboard/view/links.js'
import { RunsStrip, stateText } from '../../../../daemon/dashboard/view/runs.js'
import type { Role } from '../../../../daemon/dashboard/visitor.js'

const nowMs = Date.parse('2026-11-29T10:00:00Z')
const plain: BulkRun = {
  id: 'r1',
  kind: 'requeue',
  by: 'ann',
  about: 'Error in f',
  total: 10,
  state: 'running',
  undoMs: 0,
  looked: 5,
  done: 4,
  refused: 0,
  refusals: [],
  askedAt: '2026-11-29T09:59:00Z',
  endedAt: null,
  error: null,
}

function strip(runs: readonly BulkRun[], role: Role = 'operate'): string {
  const context = { csrf: 'c', links: new Links(''), visitor: { name: 'ann', role } }
  return renderToString(h(RunsStrip, { context, runs, nowMs, back: '/jobs' }))
}

t.test('C11: how a run stands is told in words, for each state', async (t) => {
  const text = (change: Partial<BulkRun>) => stateText({ ...plain, ...change })
  t.equal(text({ state: 'waiting', undoMs: 9_100 }), 'begins in 10 s.')
  t.equal(text({}), '4 requeued so far.')
  t.equal(text({ state: 'done', kind: 'empty', done: 1_200 }), '1,200 deleted.')
  t.equal(text({ state: 'stopped', kind: 'delete' }), 'stopped half-way: 4 deleted.')
  t.equal(text({ state: 'undone' }), 'undone, nothing has happened.')
  t.equal(text({ state: 'failed', error: 'no\u001b' }), 'ended by an error after 4 requeued: no\\x1b')
  const refusals = [{ id: 'j\u0007', reason: 'missing' }]
  t.equal(text({ state: 'done', refused: 1, refusals }), '4 requeued, 1 refused, such as j\\x07: missing.')
})

t.test('C11: what waits can be undone, what runs can be stopped, and what has ended goes by and by', async (t) => {
  const waiting = strip([{ ...plain, state: 'waiting', undoMs: 5_000 }])
  t.match(waiting, 'action="/do/run-undo"')
  t.notMatch(waiting, /run-stop|<progress/)
  const running = strip([plain])
  t.match(running, 'action="/do/run-stop"')
  t.match(running, '<progress value="5" max="10"')
  t.match(running, 'name="back" value="/jobs"')
  const ended = { ...plain, state: 'done' as const, endedAt: '2026-11-29T09:59:30Z' }
  t.notMatch(strip([ended]), /<form/)
  t.match(strip([ended]), 'class="note row done"')
  t.match(strip([{ ...ended, refused: 1 }]), 'class="note row refused"')
  t.equal(strip([{ ...ended, endedAt: '2026-11-29T09:58:59Z' }]), '')
  t.equal(strip([]), '')
})

t.test('C11: whoever may only look sees the runs, and no button', async (t) => {
  const seen = strip([plain, { ...plain, id: 'r2', about: '<img src=x>' }], 'view')
  t.notMatch(seen, /<form|<button|<img/)
  t.match(seen, '4 requeued so far')
})
