import fc from 'fast-check'
import t from 'tap'
import { JobOutputs, type OutputPart } from '../../../daemon/supervisor/job-outputs.js'

const limits = { maxJobBytes: 10, maxBytes: 25, maxEnded: 2 }

function textOf(part: OutputPart | undefined): string | undefined {
  return part?.pieces.map(({ bytes }) => bytes.toString()).join('')
}

t.test('what a job prints is read in parts, with the streams told apart', async (t) => {
  const outputs = new JobOutputs()
  outputs.add('a', 'e1', Buffer.from('one\n'), 'stdout')
  outputs.add('a', 'e1', Buffer.from('two\n'), 'stdout')
  outputs.add('a', 'e1', Buffer.from('oh\n'), 'stderr')
  const part = outputs.read('a', 0)
  t.same(
    part?.pieces.map(({ stream, bytes }) => [stream, bytes.toString()]),
    [
      ['stdout', 'one\ntwo\n'],
      ['stderr', 'oh\n'],
    ],
  )
  t.match(part, { from: 0, next: 11, isRunning: true })
  t.equal(textOf(outputs.read('a', 6)), 'o\noh\n')
  t.equal(textOf(outputs.read('a', 11)), '')
  t.equal(textOf(outputs.read('a', 9_000)), '')
  outputs.ended('a', 'e1')
  t.match(outputs.read('a', 0), { isRunning: false })
})

t.test('a job that printed nothing is not known, and costs nothing', async (t) => {
  const outputs = new JobOutputs()
  outputs.ended('a', 'e1')
  t.equal(outputs.read('a', 0), undefined)
  t.equal(outputs.change('a'), undefined)
  t.same(outputs.lastLines('a', 'e1'), [])
  outputs.watch('a', 'e1')
  t.match(outputs.read('a', 0), { isRunning: true, next: 0 })
})

t.test('another run of a job begins anew, and a late word of the one before changes nothing', async (t) => {
  const outputs = new JobOutputs()
  outputs.add('a', 'e1', Buffer.from('first'), 'stdout')
  const changed = outputs.change('a')
  outputs.add('a', 'e2', Buffer.from('second'), 'stdout')
  await changed
  t.equal(textOf(outputs.read('a', 0)), 'second')
  outputs.ended('a', 'e1')
  t.match(outputs.read('a', 0), { isRunning: true })
  t.same(outputs.lastLines('a', 'e1'), [])
  t.same(outputs.lastLines('a', 'e2'), ['second'])
})

t.test('whoever waits hears of more output, of the end, and that a job is forgotten', async (t) => {
  const outputs = new JobOutputs({ ...limits, maxEnded: 0 })
  outputs.watch('a', 'e1')
  const more = outputs.change('a')
  outputs.add('a', 'e1', Buffer.from('x'), 'stdout')
  await more
  const end = outputs.change('a')
  outputs.ended('a', 'e1')
  await end
  t.equal(outputs.read('a', 0), undefined)
})

t.test('what is kept is the newest, within all bounds, whatever is printed', async () => {
  const command = fc.record({
    job: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    size: fc.integer({ min: 0, max: 30 }),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    ends: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const outputs = new JobOutputs(limits)
      const printed = new Map<string, string>()
      const runs = new Map<string, number>()
      let letter = 0
      for (const { job, size, stream, ends } of commands) {
        const execution = `${job}${runs.get(job) ?? 0}`
        const text = Array.from({ length: size }, () => String.fromCharCode(97 + (letter++ % 26))).join('')
        outputs.add(job, execution, Buffer.from(text), stream)
        if (size > 0) printed.set(job, (printed.get(job) ?? '') + text)
        const part = outputs.read(job, 0)
        const all = printed.get(job) ?? ''
        if (size > 0 && part === undefined) return false
        // Of a run that has printed nothing, what the one before printed is still there.
        if (
          printed.has(job) &&
          part !== undefined &&
          (part.next !== all.length || all.slice(part.from) !== textOf(part))
        )
          return false
        if (ends) {
          outputs.ended(job, execution)
          runs.set(job, (runs.get(job) ?? 0) + 1)
          printed.delete(job)
        }
        const kept = ['a', 'b', 'c', 'd', 'e'].map((id) => outputs.read(id, 0))
        const sizes = kept.map((each) => textOf(each)?.length ?? 0)
        const isWithin =
          sizes.every((bytes) => bytes <= limits.maxJobBytes) &&
          sizes.reduce((sum, bytes) => sum + bytes, 0) === outputs.bytes &&
          outputs.bytes <= limits.maxBytes &&
          kept.filter((each) => each?.isRunning === false).length <= limits.maxEnded
        if (!isWithin) return false
      }
      return true
    }),
  )
})

t.test('a million small writes keep little', async (t) => {
  const outputs = new JobOutputs()
  for (let i = 0; i < 1_000_000; i++) outputs.add('a', 'e1', Buffer.from('x'), 'stdout')
  const part = outputs.read('a', 0)
  t.equal(part?.next, 1_000_000)
  t.equal(textOf(part)?.length, 64 * 1024)
  t.ok((part?.pieces.length ?? 0) <= 18)
})
