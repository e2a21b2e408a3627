import t from 'tap'
import { doubledTenant, placeTenants, readTenant, tenantPrefix } from '../../../daemon/tenants/tenant.js'

t.test('a tenant is a name, or a name and a weight', async (t) => {
  t.strictSame(readTenant('ann'), { name: 'ann', weight: 1 })
  t.strictSame(readTenant('Shop_17.eu-1=2'), { name: 'Shop_17.eu-1', weight: 2 })
  t.strictSame(readTenant('ann=0.5'), { name: 'ann', weight: 0.5 })
})

t.test('a weight that is none is refused, with the name of the tenant', async (t) => {
  for (const given of ['', '0', '-1', 'two', '1e3', '1001', '2=3', 'Infinity']) {
    t.throws(
      () => readTenant(`ann=${given}`),
      { code: 'RQD_BAD_OPTION', message: /weight of tenant ann is .*0\.001/ },
      given,
    )
  }
})

t.test('a name that would not fit into a prefix is refused', async (t) => {
  for (const given of ['', '=2', 'a b', 'a}b', '{ann}', 'a:b', 'ä']) {
    t.throws(
      () => readTenant(given),
      { code: 'RQD_BAD_OPTION', message: /name of a tenant is .*expected letters/ },
      given,
    )
  }
})

t.test('a name that browsers would resolve in a path is refused, and others with dots are not', async (t) => {
  for (const given of ['.', '..', '..=2']) {
    t.throws(() => readTenant(given), { code: 'RQD_BAD_OPTION', message: /not "\." or "\.\." alone/ }, given)
  }
  t.equal(readTenant('...').name, '...')
  t.equal(readTenant('.ann').name, '.ann')
})

t.test('the name goes into the prefix as a hash tag', async (t) => {
  t.equal(tenantPrefix('{tenant}:rq', 'ann'), '{ann}:rq')
  t.equal(tenantPrefix('shop:{tenant}', '$&'), 'shop:{$&}')
  t.strictSame(placeTenants([readTenant('ann'), readTenant('bob=3')], 'x{tenant}'), [
    { name: 'ann', prefix: 'x{ann}', weight: 1 },
    { name: 'bob', prefix: 'x{bob}', weight: 3 },
  ])
})

t.test('a tenant that is named twice is found', async (t) => {
  t.equal(doubledTenant([{ name: 'ann' }, { name: 'bob' }, { name: 'ann' }]), 'ann')
  t.equal(doubledTenant([{ name: 'ann' }, { name: 'bob' }]), undefined)
})
