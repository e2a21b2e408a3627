import t, { type Test } from 'tap'
import { Title } from '../../../daemon/executor/title.js'
import { waitFor } from '../../helpers/wait-for.js'

function setup(_t: Test): { title: Title; shown: string[]; time: { ms: number } } {
  const time = { ms: 10_000 }
  const shown: string[] = []
  const title = new Title({ epochMs: () => time.ms, monoMs: () => time.ms }, (text) => shown.push(text))
  title.serve('web-1.2')
  return { title, shown, time }
}

t.test('W9: the title names the slot and what the executor does', async (t) => {
  const { title, shown } = setup(t)
  title.show('idle')
  title.running('tasks.count', 'job-1', 0, 0)
  title.running('tasks.count', 'job-2', 5, 1)
  t.same(shown, [
    'rqd: executor 2 idle',
    'rqd: executor 2 running tasks.count (job-1)',
    'rqd: executor 2 running tasks.count (job-2) and 1 more',
  ])
})

t.test('W9: at full speed it is written a few times a second, whatever runs, and ends with the last', async (t) => {
  const { title, shown, time } = setup(t)
  for (let i = 0; i < 10_000; i++) {
    time.ms += 0.1
    title.running(`tasks.f${i % 7}`, `job-${i}`, time.ms, 0)
    title.show('idle')
  }
  t.ok(shown.length <= 8, `${shown.length} times in a second`)
  title.show('idle now')
  time.ms += 250
  await waitFor('the last title to be shown', () => shown.at(-1) === 'rqd: executor 2 idle now')
})

t.test('many short jobs of one function are shown by its name', async (t) => {
  const { title, shown } = setup(t)
  for (let i = 0; i < 3; i++) title.running('tasks.count', `job-${i}`, i / 10, 0)
  t.same(shown, ['rqd: executor 2 running tasks.count (job-0)', 'rqd: executor 2 running tasks.count'])
})

t.test('another slot may be served', async (t) => {
  const { title, shown } = setup(t)
  title.serve('spare')
  title.show('idle')
  title.serve('web-1.3')
  title.show('idle')
  t.same(shown, ['rqd: executor spare idle', 'rqd: executor 3 idle'])
})
