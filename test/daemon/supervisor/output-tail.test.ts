import t from 'tap'
import { OutputTail } from '../../../daemon/supervisor/output-tail.js'

t.test('the last lines are kept, however the output came in', async (t) => {
  const tail = new OutputTail()
  for (let i = 1; i <= 50; i++) tail.add(Buffer.from(`line ${i}\n`))
  tail.add(Buffer.from('unfinished'))
  const lines = tail.lines()
  t.equal(lines.length, 20)
  t.equal(lines.at(-1), 'unfinished')
  t.equal(lines.at(-2), 'line 50')
})

t.test('what is kept is bounded, by one huge chunk and by many small ones', async (t) => {
  const tail = new OutputTail()
  tail.add(Buffer.alloc(5_000_000, 'x'))
  t.ok(tail.lines().join('\n').length <= 8 * 1024)
  for (let i = 0; i < 10_000; i++) tail.add(Buffer.from('y'.repeat(100)))
  t.ok(tail.lines().join('\n').length < 9 * 1024)
})

t.test('another job begins with nothing', async (t) => {
  const tail = new OutputTail()
  tail.add(Buffer.from('before\n'))
  tail.clear()
  t.same(tail.lines(), [])
})
