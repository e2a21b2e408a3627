import t from 'tap'
import { dropCookie, readCookie, writeCookie } from '../../../daemon/dashboard/cookies.js'

t.test('a cookie is found by its whole name among others', async (t) => {
  t.equal(readCookie('a=1; rqd=x=y ; rqd_80=z', 'rqd'), 'x=y')
  t.equal(readCookie('a=1; rqd=x; rqd_80=z', 'rqd_80'), 'z')
  t.equal(readCookie('xrqd=1; rqd', 'rqd'), undefined)
  t.equal(readCookie(undefined, 'rqd'), undefined)
  t.equal(readCookie('', 'rqd'), undefined)
})

t.test('scripts cannot read it, forms of other sites do not send it, and it holds below the mount alone', async (t) => {
  t.equal(writeCookie('rqd', 'v', { path: '', isSecure: false }), 'rqd=v; Path=/; HttpOnly; SameSite=Lax')
  t.equal(
    writeCookie('rqd', 'v', { path: '/deep/rq', isSecure: true }),
    'rqd=v; Path=/deep/rq; HttpOnly; SameSite=Lax; Secure',
  )
  t.match(dropCookie('rqd', { path: '', isSecure: false }), /^rqd=; .*Max-Age=0$/)
})
