import t from 'tap'
import { keepHeapSmall } from '../../daemon/memory.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('the space for young objects grows to its size and then no more', async (t) => {
  const flags: string[] = []
  let youngBytes = 1024 * 1024
  const end = keepHeapSmall({ youngBytes: () => youngBytes, setFlag: (flag) => flags.push(flag) })
  t.teardown(end)
  t.same(flags, ['--heap-growing-percent=30'])
  youngBytes = 8 * 1024 * 1024
  await waitFor('the growth to be ended', () => flags.length === 2)
  t.equal(flags[1], '--semi-space-growth-factor=1')
})

t.test('this V8 has the flags, and works with them', async (t) => {
  t.teardown(keepHeapSmall())
  const kept: object[] = []
  for (let i = 0; i < 2_000_000; i++) {
    const made = { i }
    if (i % 100 === 0) kept.push(made)
  }
  t.equal(kept.length, 20_000)
})
