import t from 'tap'
import { csrfToken, findForgery } from '../../../daemon/dashboard/csrf.js'

const expected = csrfToken('a secret of sixteen', 'visitor')
const host = 'box.lan:9181'

t.test('a form of ours is taken', async (t) => {
  t.equal(findForgery({ host, origin: `http://${host}` }, expected, expected), undefined)
  t.equal(
    findForgery({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, expected, expected),
    undefined,
  )
  t.equal(findForgery({ host }, expected, expected), undefined, 'an old browser that says neither')
})

t.test('a form of another site is refused, whatever it carries', async (t) => {
  for (const [headers, text] of [
    [{ host, 'sec-fetch-site': 'cross-site' }, 'another site'],
    [{ host, 'sec-fetch-site': 'same-site' }, 'another site'],
    [{ host, origin: 'http://evil.example' }, 'http://evil.example'],
    [{ host, origin: 'http://box.lan:9182' }, 'box.lan:9182'],
    [{ host, origin: 'null' }, 'Origin: null'],
    [{ host, origin: 'box.lan:9181' }, 'comes from'],
  ] as const)
    t.match(findForgery(headers, expected, expected), text, JSON.stringify(headers))
})

t.test('a form without the field, or with that of another visitor or secret, is refused', async (t) => {
  t.match(findForgery({ host }, null, expected), 'no field "csrf"')
  for (const given of [
    '',
    'x',
    csrfToken('a secret of sixteen', 'another'),
    csrfToken('another secret here', 'visitor'),
  ])
    t.match(findForgery({ host }, given, expected), 'another visit', given)
})
