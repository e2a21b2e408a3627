import t from 'tap'
import { JobOutputs } from '../../../daemon/supervisor/job-outputs.js'
import { readLog } from '../../../daemon/supervisor/read-log.js'

const nobody = new Map()

t.test('a character is told once it is whole', async (t) => {
  const outputs = new JobOutputs()
  const bytes = Buffer.from('a€')
  outputs.add('a', 'e1', bytes.subarray(0, 2), 'stdout')
  const first = await readLog(outputs, nobody, { jobId: 'a', from: 0, waitMs: 0 })
  t.same(first, { state: 'running', from: 0, next: 1, pieces: [{ stream: 'stdout', text: 'a' }] })
  outputs.add('a', 'e1', bytes.subarray(2), 'stdout')
  const second = await readLog(outputs, nobody, { jobId: 'a', from: first.next, waitMs: 0 })
  t.same(second, { state: 'running', from: 1, next: 4, pieces: [{ stream: 'stdout', text: '€' }] })
})

t.test('the end of a job tells what was left, whole characters or not', async (t) => {
  const outputs = new JobOutputs()
  outputs.add('a', 'e1', Buffer.from([0x61, 0xe2]), 'stdout')
  outputs.ended('a', 'e1')
  t.match(await readLog(outputs, nobody, { jobId: 'a', from: 0, waitMs: 0 }), {
    state: 'ended',
    next: 2,
    pieces: [{ text: 'a\ufffd' }],
  })
})

t.test('a part whose beginning is kept no more begins with a whole character', async (t) => {
  const outputs = new JobOutputs({ maxJobBytes: 4, maxBytes: 100, maxEnded: 1 })
  outputs.add('a', 'e1', Buffer.from('€€'), 'stdout')
  const part = await readLog(outputs, nobody, { jobId: 'a', from: 0, waitMs: 0 })
  t.same(part, { state: 'running', from: 2, next: 6, pieces: [{ stream: 'stdout', text: '€' }] })
})

t.test('bytes that are no UTF-8 are told as far as they go, and reading goes on behind them', async (t) => {
  const outputs = new JobOutputs()
  outputs.add('a', 'e1', Buffer.from([0xff, 0xfe, 0x80, 0x80, 0x80, 0x80]), 'stderr')
  const part = await readLog(outputs, nobody, { jobId: 'a', from: 0, waitMs: 0 })
  t.equal(part.next, 6)
})

t.test('without anything new the answer waits for more, for the end, or for its bound', async (t) => {
  // The wait itself keeps no process alive.
  const alive = setInterval(() => undefined, 1_000)
  t.teardown(() => clearInterval(alive))
  const outputs = new JobOutputs()
  outputs.add('a', 'e1', Buffer.from('x'), 'stdout')
  t.match(await readLog(outputs, nobody, { jobId: 'a', from: 1, waitMs: 5 }), { state: 'running', next: 1, pieces: [] })
  const more = readLog(outputs, nobody, { jobId: 'a', from: 1, waitMs: 60_000 })
  outputs.add('a', 'e1', Buffer.from('y'), 'stdout')
  t.match(await more, { next: 2, pieces: [{ text: 'y' }] })
  const end = readLog(outputs, nobody, { jobId: 'a', from: 2, waitMs: 60_000 })
  outputs.ended('a', 'e1')
  t.match(await end, { state: 'ended', pieces: [] })
  t.match(await readLog(outputs, nobody, { jobId: 'other', from: 0, waitMs: 60_000 }), { state: 'unknown' })
})
