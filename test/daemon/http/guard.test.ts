import t from 'tap'
import { refuseHost, refuseToken } from '../../../daemon/http/guard.js'

t.test('C11: a request for an address, localhost or a known name is taken', async (t) => {
  for (const host of [
    '127.0.0.1',
    '10.1.2.3:9181',
    '[::1]:9181',
    '[fe80::1]',
    'localhost:80',
    'LocalHost',
    'box.lan:1',
  ]) {
    t.equal(refuseHost({ host }, ['box.lan']), undefined, host)
  }
})

t.test('C11: one for any other name is turned away: a foreign page may have made the name point here', async (t) => {
  for (const host of [
    undefined,
    '',
    'evil.example',
    'evil.example:9181',
    '127.0.0.1.evil.example',
    'a@localhost',
    'localhost:x',
    '::1',
  ])
    t.match(refuseHost({ host }, ['box.lan']), { status: 403, text: 'http-hosts' }, String(host))
})

t.test('without a token everybody may look; with one, only who has it', async (t) => {
  const token = '0123456789abcdef'
  t.equal(refuseToken({ authorization: undefined }, []), undefined)
  t.equal(refuseToken({ authorization: `Bearer ${token}` }, [token]), undefined)
  t.equal(refuseToken({ authorization: `bearer  ${token} ` }, [token]), undefined)
  for (const authorization of [undefined, '', 'Bearer', token, `Basic ${token}`])
    t.match(
      refuseToken({ authorization }, [token]),
      { status: 401, text: 'found no bearer token' },
      String(authorization),
    )
  for (const given of [`${token}0`, token.slice(1), token.toUpperCase()])
    t.match(
      refuseToken({ authorization: `Bearer ${given}` }, [token]),
      { status: 401, text: 'found another token' },
      given,
    )
})
