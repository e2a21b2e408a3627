import t from 'tap'
import { configure, makeConfig } from '../../../daemon/config/make-config.js'
import { readEnvironment } from '../../../daemon/config/environment.js'
import { printConfig } from '../../../daemon/config/print-config.js'
import { reloadConfig } from '../../../daemon/config/reloadable.js'
import type { ConfigInput } from '../../../daemon/config/schema.js'

t.test('without tenants there are none, and the prefix is as ever', async (t) => {
  t.match(makeConfig({}), { tenants: [], prefix: 'rq' })
  t.strictSame(makeConfig({ prefix: '{tenant}:rq' }).tenants, [], 'a prefix with that hash tag means nothing special')
})

t.test('tenants are a list or one text, with or without weights', async (t) => {
  const expected = [
    { name: 'ann', prefix: '{ann}:rq', weight: 1 },
    { name: 'bob', prefix: '{bob}:rq', weight: 2 },
  ]
  for (const tenants of [['ann', 'bob=2'], 'ann, bob=2', 'ann bob=2']) {
    const config = makeConfig({ tenants })
    t.strictSame(config.tenants, expected)
    t.equal(config.prefix, '{tenant}:rq')
    t.ok(Object.isFrozen(config.tenants[0]))
  }
})

t.test('a prefix that is given says where the names go', async (t) => {
  t.match(makeConfig({ tenants: 'ann', prefix: 'shop:{tenant}' }).tenants, [{ prefix: 'shop:{ann}' }])
  const message = /prefix is "rq" and there are tenants \(ann, bob\): expected \{tenant\} in it/
  t.throws(() => makeConfig({ tenants: 'ann,bob', prefix: 'rq' }), { code: 'RQD_BAD_OPTION', message })
})

t.test('tenants that cannot be are refused, by the name of where they stand', async (t) => {
  const given = (text: string) => () => configure(readEnvironment({ RQD_TENANTS: text }))
  t.throws(given('ann,b:b'), { message: /^RQD_TENANTS \(entry 2\) is .*the name of a tenant is "b:b"/ })
  t.throws(given('ann=x'), { message: /^RQD_TENANTS \(entry 1\) is .*the weight of tenant ann is "x"/ })
  t.throws(given('ann,bob,ann=2'), { message: /^RQD_TENANTS names "ann" more than once/ })
  t.throws(given(' , '), { message: /^RQD_TENANTS is .*expected at least one of the tenants/ })
})

t.test('options that are made for one prefix are refused beside tenants', async (t) => {
  const refused: ConfigInput[] = [
    { maxJobs: 5 },
    { maxIdleTime: '5m' },
    { hooks: 'hooks' },
    { exceptionHandlers: ['on_error'] },
    { workerClass: 'shop:Worker' },
    { jobClass: 'shop:Job' },
    { queueClass: 'shop:Queue' },
  ]
  for (const input of refused) {
    const [key = ''] = Object.keys(input)
    const message = new RegExp(`^${key} is .* and there are tenants \\(ann\\): it is made for the jobs of one prefix`)
    t.throws(() => makeConfig({ ...input, tenants: 'ann' }), { code: 'RQD_BAD_OPTION', message }, key)
    t.doesNotThrow(() => makeConfig(input), key)
  }
})

t.test('on a Redis Cluster each tenant is in one slot without more ado', async (t) => {
  t.match(makeConfig({ url: 'redis+cluster://a:1,b:2', tenants: 'ann' }).tenants, [{ prefix: '{ann}:rq' }])
})

t.test('other tenants need a restart, and a reload that brings hooks is refused beside tenants', async (t) => {
  const before = makeConfig({ tenants: 'ann' })
  const { config, needRestart } = reloadConfig(before, makeConfig({ tenants: 'ann,bob' }))
  t.same(needRestart, ['tenants'])
  t.strictSame(config.tenants, before.tenants)
  t.throws(() => reloadConfig(before, makeConfig({ hooks: 'hooks' })), { message: /hooks is .* there are tenants/ })
})

t.test('--print-config shows tenants with their prefixes', async (t) => {
  t.match(printConfig(configure(readEnvironment({ RQD_TENANTS: 'ann=2' }))), /tenants .*\{ann\}:rq.* \$RQD_TENANTS/)
})

t.test("rqctl's own variable is none of the daemon's business", async (t) => {
  t.same(configure(readEnvironment({ RQD_TENANT: 'ann' })).warnings, [])
})
