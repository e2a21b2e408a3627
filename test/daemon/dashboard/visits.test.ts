import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import type { Ask } from '../../../daemon/dashboard/ask.js'
import { Sessions } from '../../../daemon/dashboard/sessions.js'
import { type Admission, admit, cookieName, cookieScope, newVisitorId } from '../../../daemon/dashboard/visits.js'
import { systemClock } from '../../../src/clock.js'

const tokens = { operate: 'aaaaaaaaaaaaaaaa', view: 'bbbbbbbbbbbbbbbb' }

function ask(headers: Ask['headers'] = {}): Ask {
  return {
    method: 'GET',
    path: '/',
    base: '/rq',
    root: '/rq',
    query: new URLSearchParams(),
    form: new URLSearchParams(),
    headers: { host: 'localhost:9181', ...headers },
    isEncrypted: false,
    raw: new IncomingMessage(new Socket()),
  }
}

t.test('each browser gets an id of its own, once', async (t) => {
  const admission: Admission = { kind: 'tokens', rules: { ...tokens, withoutToken: 'view' } }
  const sessions = new Sessions(systemClock)
  const first = await admit(ask(), admission, sessions)
  t.equal(first.newCookie, `rqd_9181=${first.id}; Path=/rq; HttpOnly; SameSite=Lax`)
  const again = await admit(ask({ cookie: `rqd_9181=${first.id}` }), admission, sessions)
  t.match(again, { id: first.id, newCookie: undefined })
  for (const planted of ['x', 'x'.repeat(44), `${'x'.repeat(42)};`]) {
    const visit = await admit(ask({ cookie: `rqd_9181=${planted}` }), admission, sessions)
    t.not(visit.id, planted, 'an id that is none of ours')
  }
  t.match(newVisitorId(), /^[\w-]{43}$/)
})

t.test('a session, a bearer token, or what strangers may do; a wrong token is not a stranger', async (t) => {
  const admission: Admission = { kind: 'tokens', rules: { ...tokens, withoutToken: 'view' } }
  const sessions = new Sessions(systemClock)
  const id = newVisitorId()
  sessions.open(id, { name: 'in', role: 'operate' })
  const session = await admit(ask({ cookie: `rqd_9181=${id}` }), admission, sessions)
  t.match(session, { visitor: { name: 'in' }, hasSession: true })
  t.equal((await admit(ask(), admission, sessions)).visitor?.role, 'view')
  const bearer = await admit(ask({ authorization: `Bearer ${tokens.operate}` }), admission, sessions)
  t.match(bearer, { visitor: { role: 'operate' }, hasSession: false })
  t.equal((await admit(ask({ authorization: 'Bearer wrong' }), admission, sessions)).visitor, undefined)
})

t.test('an application says who it is; what is no visitor is let in by no mistake', async (t) => {
  const sessions = new Sessions(systemClock)
  const answering = (answer: unknown) =>
    admit(ask(), { kind: 'application', authenticate: () => answer as undefined }, sessions)
  t.match(await answering({ name: 'ada', role: 'view', more: 1 }), { visitor: { name: 'ada', role: 'view' } })
  t.match(await answering(Promise.resolve({ name: 'ada', role: 'operate' })), { visitor: { role: 'operate' } })
  for (const nobody of [undefined, null, false]) t.equal((await answering(nobody)).visitor, undefined)
  for (const wrong of [true, 1, 'ada', {}, { name: 'ada' }, { name: 'ada', role: 'admin' }, { role: 'view' }])
    await t.rejects(answering(wrong), { code: 'RQD_BAD_OPTION', message: /'view' or 'operate'/ }, JSON.stringify(wrong))
})

t.test('two dashboards on one host have cookies of their own; over TLS they are sent over TLS only', async (t) => {
  t.equal(cookieName({ headers: { host: 'localhost:9181' } }), 'rqd_9181')
  t.equal(cookieName({ headers: { host: '[::1]:80' } }), 'rqd_80')
  t.equal(cookieName({ headers: { host: 'box.lan' } }), 'rqd')
  t.equal(cookieName({ headers: {} }), 'rqd')
  t.same(cookieScope({ root: '/rq', isEncrypted: true }), { path: '/rq', isSecure: true })
})
