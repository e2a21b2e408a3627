import t from 'tap'
import { Member } from '../../../daemon/supervisor/member.js'
import type { ExecutorProcess } from '../../../daemon/supervisor/spawn.js'

const process = {} as ExecutorProcess

const idle = (aheadMs: () => number, concurrency = 1): Member => {
  const member = new Member('w', false, concurrency, aheadMs)
  member.serve(process, true)
  member.slot = { ...member.slot, state: { phase: 'idle' } }
  return member
}

const job = (execution: string) => ({
  execution,
  id: execution,
  queue: 'q',
  data: new Uint8Array(),
  meta: null,
  timeoutSec: 180,
  callbacks: null,
})

t.test('more short jobs lie ahead where more work may', (t) => {
  let aheadMs = 20
  const member = idle(() => aheadMs)
  t.equal(member.capacity(5, 0), 4)
  aheadMs = 170
  t.equal(member.capacity(5, 0), 34)
  t.end()
})

t.test('nothing is put ahead of its turn that may last longer than 20 ms, however much work may lie ahead', (t) => {
  const member = idle(() => 170)
  t.equal(member.capacity(25, 0), 1)
  member.take(job('a'), 25, 0)
  t.equal(member.capacity(25, 0), 0)
  t.end()
})

t.test('nothing is put behind a job of which nobody knows how long it lasts', (t) => {
  const member = idle(() => 170)
  member.take(job('a'), undefined, 0)
  t.equal(member.capacity(5, 0), 0)
  t.end()
})
