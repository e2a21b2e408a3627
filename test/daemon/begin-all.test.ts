import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { beginAll } from '../../daemon/begin-all.js'
import type { FirstLink } from '../../daemon/first-link.js'
import { deferred } from '../../src/deferred.js'

function scope(): {
  link: Pick<FirstLink, 'ready' | 'away'>
  scope: { start: () => Promise<void> }
  answers: (isThere: boolean) => void
  isAway: () => void
  started: () => boolean
} {
  const ready = deferred<boolean>()
  const away = deferred()
  let started = false
  return {
    link: { ready: ready.promise, away: away.promise },
    scope: {
      start: () => {
        started = true
        return Promise.resolve()
      },
    },
    answers: (isThere) => ready.resolve(isThere),
    isAway: () => away.resolve(),
    started: () => started,
  }
}

const begin = (parts: readonly ReturnType<typeof scope>[]): ReturnType<typeof beginAll> =>
  beginAll(
    parts.map((part) => part.scope),
    parts.map(({ link }) => link),
  )

t.test('all are there once each has begun', async (t) => {
  const [ann, bob] = [scope(), scope()]
  let isThere = false
  const { there } = begin([ann, bob])
  void there.then(() => (isThere = true))
  ann.answers(true)
  await nextTurn()
  t.equal(isThere, false)
  t.equal(ann.started(), true)
  bob.answers(true)
  await there
  t.equal(bob.started(), true)
})

t.test('one whose Redis is away is not waited for, and begins when it answers', async (t) => {
  const [ann, bob] = [scope(), scope()]
  const { there } = begin([ann, bob])
  bob.isAway()
  ann.answers(true)
  await there
  t.equal(bob.started(), false)
  bob.answers(true)
  await nextTurn()
  t.equal(bob.started(), true)
})

t.test('one that is alone is waited for, however long its Redis is away', async (t) => {
  const only = scope()
  let isThere = false
  const { there } = begin([only])
  void there.then(() => (isThere = true))
  only.isAway()
  await nextTurn()
  t.equal(isThere, false)
  only.answers(true)
  await there
  t.equal(only.started(), true)
})

t.test('a start that fails later ends the daemon', async (t) => {
  const [ann, bob] = [scope(), scope()]
  bob.scope.start = () => Promise.reject(new Error('the name is taken'))
  const { there, failed } = begin([ann, bob])
  bob.isAway()
  ann.answers(true)
  await there
  bob.answers(true)
  await t.rejects(failed, { message: 'the name is taken' })
})
