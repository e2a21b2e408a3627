import t from 'tap'
import { Sessions } from '../../../daemon/dashboard/sessions.js'

const visitor = { name: 'somebody', role: 'view' } as const
const HOUR_MS = 3_600_000

function setup() {
  const clock = { now: 0, monoMs: () => clock.now, epochMs: () => 0 }
  return { clock, sessions: new Sessions(clock) }
}

t.test('a session lasts while it is used, and half a day longer', async (t) => {
  const { clock, sessions } = setup()
  sessions.open('a', visitor)
  for (let i = 0; i < 5; i++) {
    clock.now += 11 * HOUR_MS
    t.equal(sessions.find('a'), visitor)
  }
  clock.now += 12 * HOUR_MS + 1
  t.equal(sessions.find('a'), undefined)
  clock.now -= HOUR_MS
  t.equal(sessions.find('a'), undefined, 'gone for good')
})

t.test('a session that is closed, or was never opened, is nobody', async (t) => {
  const { sessions } = setup()
  sessions.open('a', visitor)
  sessions.close('a')
  t.equal(sessions.find('a'), undefined)
  t.equal(sessions.find('b'), undefined)
  t.equal(sessions.find('__proto__'), undefined)
})

t.test('there are a thousand at most: who has not been seen for longest goes', async (t) => {
  const { sessions } = setup()
  for (let i = 0; i < 1_000; i++) sessions.open(String(i), visitor)
  t.ok(sessions.find('0'), 'seen again, it is the youngest')
  sessions.open('one more', visitor)
  t.ok(sessions.find('0'))
  t.equal(sessions.find('1'), undefined)
  t.ok(sessions.find('one more'))
})
