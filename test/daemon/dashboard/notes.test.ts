import t from 'tap'
import { Notes } from '../../../daemon/dashboard/notes.js'

const note = (text: string) => ({ kind: 'done', text }) as const

t.test('a note is given once, to the visitor whom it is for', async (t) => {
  const notes = new Notes()
  notes.add('a', note('one'))
  notes.add('a', note('two'))
  notes.add('b', note('other'))
  t.same(notes.take('a'), [note('one'), note('two')])
  t.same(notes.take('a'), [])
  t.same(notes.take('b'), [note('other')])
})

t.test('a visitor keeps the last few, and there are a thousand visitors at most', async (t) => {
  const notes = new Notes()
  for (let i = 0; i < 8; i++) notes.add('a', note(String(i)))
  for (let i = 0; i < 999; i++) notes.add(`v${i}`, note('x'))
  t.same(
    notes.take('a').map(({ text }) => text),
    ['3', '4', '5', '6', '7'],
  )
  notes.add('a', note('again'))
  notes.add('late', note('x'))
  t.same(notes.take('v0'), [], 'the oldest is forgotten')
  t.equal(notes.take('a').length, 1)
})
