import t from 'tap'
import { Handout, type HandoutOptions } from '../../../daemon/supervisor/handout.js'
import { deferred, type Deferred } from '../../../src/deferred.js'
import { waitFor } from '../../helpers/wait-for.js'

/** Executors that hold jobs ahead, and a board that writes down what goes back to the queue, and when. */
function scene(options: { isMoving: boolean; isOpen: boolean }) {
  const waiting = new Set<string>()
  const handedBack: string[][] = []
  const asked: Deferred<void>[] = []
  const state = { ...options }
  const handBack = (): void => {
    if (waiting.size > 0) handedBack.push([...waiting].sort())
    waiting.clear()
  }
  const board: HandoutOptions['board'] = {
    anyJobMs: undefined,
    get waiting() {
      return waiting.size
    },
    claimSize: (room) => room,
    accept: (claims) => claims.forEach(({ execution }) => waiting.add(execution)),
    returned: (executions) => executions.forEach((execution) => waiting.add(execution)),
    dispatch: () => undefined,
    handBackWaiting: (isMeant) => {
      if (isMeant('default')) handBack()
    },
    handBackAll: handBack,
  }
  const pool: HandoutOptions['pool'] = {
    capacity: () => 0,
    get isMoving() {
      return state.isMoving
    },
    takeBack: () => {
      const answer = deferred()
      asked.push(answer)
      return answer.promise
    },
  }
  const handout = new Handout({ board, pool, isOpen: () => state.isOpen, onRoom: () => undefined })
  return { handout, handedBack, asked, state }
}

t.test(
  'what one executor gives back waits for the others, where nothing moves, so that all keeps its order',
  async (t) => {
    const { handout, handedBack, asked } = scene({ isMoving: false, isOpen: true })
    handout.returned(['2', '4'])
    await waitFor('the others to be asked', () => asked.length === 1)
    t.same(handedBack, [])
    handout.returned(['1', '3'])
    asked[0]?.resolve()
    await waitFor('all to be handed back', () => handedBack.length > 0)
    t.same(handedBack, [['1', '2', '3', '4']])
  },
)

t.test('a claim that comes while jobs are taken back waits for them', async (t) => {
  const { handout, handedBack, asked, state } = scene({ isMoving: true, isOpen: true })
  state.isOpen = false
  const done = handout.takeBack()
  handout.accept([{ jobId: 'j', queue: 'default', execution: '9' } as never], 'us')
  t.same(handedBack, [])
  handout.returned(['7'])
  asked[0]?.resolve()
  await done
  t.same(handedBack, [['7', '9']])
})

t.test('what waits stays while executors move, and there will be room', async (t) => {
  const { handout, handedBack, asked } = scene({ isMoving: true, isOpen: true })
  handout.returned(['1'])
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  t.same([handedBack, asked.length], [[], 0])
})
