import t from 'tap'
import { bearerOf, stranger, visitorOf } from '../../../daemon/dashboard/tokens.js'

t.test('a token says what its bearer may do; any other text is nobody', async (t) => {
  const rules = { operate: 'aaaaaaaaaaaaaaaa', view: 'bbbbbbbbbbbbbbbb', withoutToken: 'nothing' } as const
  t.equal(visitorOf('aaaaaaaaaaaaaaaa', rules)?.role, 'operate')
  t.equal(visitorOf('bbbbbbbbbbbbbbbb', rules)?.role, 'view')
  for (const wrong of ['', 'aaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaaa', 'undefined', 'A'.repeat(16)])
    t.equal(visitorOf(wrong, rules), undefined, wrong)
  const none = { operate: undefined, view: undefined, withoutToken: 'view' } as const
  for (const text of ['', 'undefined']) t.equal(visitorOf(text, none), undefined, 'no token is set, so none is right')
})

t.test('one token for both may do the more', async (t) => {
  const rules = { operate: 'aaaaaaaaaaaaaaaa', view: 'aaaaaaaaaaaaaaaa', withoutToken: 'nothing' } as const
  t.equal(visitorOf('aaaaaaaaaaaaaaaa', rules)?.role, 'operate')
})

t.test('who shows none may do what the rules say of strangers', async (t) => {
  const rules = { operate: undefined, view: undefined }
  t.equal(stranger({ ...rules, withoutToken: 'nothing' }), undefined)
  t.equal(stranger({ ...rules, withoutToken: 'view' })?.role, 'view')
  t.equal(stranger({ ...rules, withoutToken: 'operate' })?.role, 'operate')
})

t.test('a bearer token is read from its header, and nothing else is', async (t) => {
  t.equal(bearerOf('Bearer abc'), 'abc')
  t.equal(bearerOf('bearer  abc '), 'abc')
  for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b'])
    t.equal(bearerOf(header), undefined, String(header))
})
