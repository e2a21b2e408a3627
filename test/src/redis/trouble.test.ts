import t from 'tap'
import { describeTrouble } from '../../../src/redis/trouble.js'

const plain = { options: {} }
const tls = { options: { tls: {} } }
const error = (code: string, message = ''): Error => Object.assign(new Error(message), { code })

t.test('what a connection met with is told by what it means, with the words of its maker behind', (t) => {
  for (const [thrown, client, text] of [
    [error('ECONNREFUSED', 'connect ECONNREFUSED'), plain, 'connect ECONNREFUSED'],
    [error('CERT_HAS_EXPIRED', 'expired'), tls, 'its certificate has expired; renew it there (expired)'],
    [new Error('WRONGPASS invalid'), plain, 'it does not know this user name and password (WRONGPASS invalid)'],
    [error('ESOME'), plain, 'ESOME'],
    [new Error(''), plain, 'no reason given'],
  ] as const) {
    t.equal(describeTrouble(thrown, client), text)
  }
  t.end()
})

t.test('silence and a connection that is cut mean one thing over TLS and another without', (t) => {
  const cut = error('ECONNRESET', 'read ECONNRESET')
  const late = error('ETIMEDOUT', 'connect ETIMEDOUT')
  t.match(describeTrouble(cut, plain), /where TLS is wanted; use rediss:\/\/ if so \(read ECONNRESET\)/)
  t.match(describeTrouble(cut, tls), /a certificate of ours that it trusts \(ssl_certfile\) is wanted/)
  t.match(describeTrouble(late, tls), /as a port that does not speak TLS; use redis:\/\/ if so/)
  t.equal(describeTrouble(late, plain), 'connect ETIMEDOUT')
  t.end()
})
