import t from 'tap'
import { findDaemon, readDaemon } from '../../../src/fleet/daemons.js'
import { readSummary } from '../../../src/fleet/daemon-summary.js'

const record = { name: 'one', host: 'box', pid: '7', version: '1', queues: '["a","b"]', orders: '1' }

void t.test('a record is read with whatever is missing or wrong in it', (t) => {
  t.match(readDaemon('s', { ...record, born_at: '2026-11-23T08:31:26.251000Z' }, 2_000, 1_000), {
    name: 'one',
    supervisor: 's',
    pid: 7,
    alive: true,
    leaseLeftSec: 1,
    queues: ['a', 'b'],
    takesOrders: true,
    startedMs: Date.parse('2026-11-23T08:31:26.251Z'),
    summary: null,
  })
  t.match(readDaemon('s', { orders: '0', pid: 'x', queues: '{', born_at: 'soon', summary: '7' }, 0, 1_000), {
    name: '',
    pid: null,
    alive: false,
    leaseLeftSec: 0,
    queues: [],
    takesOrders: false,
    startedMs: null,
    summary: null,
  })
  t.equal(readDaemon('s', { name: 'of the library' }, 2_000, 1_000), undefined)
  t.equal(readDaemon('s', undefined, 2_000, 1_000), undefined)
  t.end()
})

void t.test('a summary is read as far as it is one', (t) => {
  t.equal(readSummary(undefined), undefined)
  for (const text of ['', '[]', 'null', '{}', '{"state":7,"executors":{}}', '{"state":"running"}']) {
    t.equal(readSummary(text), undefined, text)
  }
  t.strictSame(readSummary('{"state":"new word","executors":{"total":-1,"busy":2},"sockets":["a",7],"http":7}'), {
    state: 'new word',
    executors: { total: 0, busy: 2, idle: 0 },
    running: 0,
    pausedQueues: [],
    rssBytes: 0,
    finished: 0,
    failed: 0,
    sockets: ['a'],
    http: null,
    sharesExecutors: false,
  })
  t.end()
})

void t.test('a daemon is found by name or id; of several the living one', (t) => {
  const row = (supervisor: string, leaseEndMs: number, name = 'one') => {
    const read = readDaemon(supervisor, { ...record, name }, leaseEndMs, 1_000)
    if (read === undefined) throw new Error('it is a daemon')
    return read
  }
  const [dead, living, other] = [row('s1', 500), row('s2', 2_000), row('s3', 2_000, 'two')]
  t.equal(findDaemon([dead, living, other], 'one'), living)
  t.equal(findDaemon([dead, living, other], 's1'), dead)
  t.equal(findDaemon([dead, other], 'one'), dead)
  t.throws(() => findDaemon([living, row('s4', 2_000)], 'one'), {
    code: 'RQD_BAD_OPTION',
    message: /s2 on box, s4 on box/,
  })
  t.throws(() => findDaemon([], 'one'), { code: 'RQD_NO_SUCH_DAEMON', message: /there is none/ })
  t.end()
})
