import fc from 'fast-check'
import t from 'tap'
import type { FromExecutor, JobResult } from '../../../daemon/ipc/messages.js'
import { mergeProgress } from '../../../daemon/supervisor/merge-progress.js'

const result = (execution: string): JobResult => ({
  seq: 0,
  execution,
  startedAtMs: 1,
  endedAtMs: 2,
  outcome: 'ok',
  value: null,
})
const progress = (ended: string[], started: string[]): FromExecutor => ({
  type: 'progress',
  ended: ended.map(result),
  started: started.map((execution) => ({ seq: 0, execution, atMs: 1 })),
})

void t.test('jobs that began and ended meanwhile have ended; the one that still runs has begun', (t) => {
  const merged = mergeProgress([progress([], ['a']), progress(['a'], ['b']), progress(['b'], ['c'])])
  t.same(merged, [progress(['a', 'b'], ['c'])])
  t.end()
})

void t.test('messages of other kinds keep their place', (t) => {
  const stats: FromExecutor = { type: 'stats', rssBytes: 1, cpuMs: 1 }
  const messages = [progress([], ['a']), stats, progress(['a'], [])]
  t.same(mergeProgress(messages), messages)
  t.end()
})

void t.test('whatever the cut, each job ends once, in order, and what runs at the end is the same', (t) => {
  fc.assert(
    fc.property(fc.nat(30), fc.array(fc.nat(30)), (jobs, cuts) => {
      const names = Array.from({ length: jobs + 1 }, (_, i) => `e${i}`)
      const messages = names.map((name, i) => progress(i === 0 ? [] : [`e${i - 1}`], [name]))
      const at = [...new Set(cuts)].filter((cut) => cut > 0 && cut < messages.length).sort((a, b) => a - b)
      const parts = [0, ...at].map((from, i) => messages.slice(from, at[i]))
      const merged = parts.flatMap((part) => mergeProgress(part))
      const ended = merged.flatMap((message) =>
        message.type === 'progress' ? message.ended.map((r) => r.execution) : [],
      )
      const last = merged.at(-1)
      return (
        ended.join() === names.slice(0, -1).join() &&
        last?.type === 'progress' &&
        last.started.map(({ execution }) => execution).join() === names.at(-1)
      )
    }),
  )
  t.end()
})
