import t from 'tap'
import { pathOfTenant, placeOf } from '../../../../daemon/dashboard/tenants/place.js'

t.test('a path below a tenant goes to its dashboard, everything else to the list', async (t) => {
  t.same(placeOf({ base: '/rq', path: '/tenants/ann/queues' }), {
    kind: 'tenant',
    tenant: 'ann',
    base: '/rq/tenants/ann',
    path: '/queues',
  })
  for (const path of ['/tenants/ann', '/tenants/ann/', `${pathOfTenant('ann')}//evil`])
    t.match(placeOf({ base: '', path }), { kind: 'tenant', tenant: 'ann', base: '/tenants/ann' }, path)
  for (const path of ['/', '/queues', '/tenants', '/tenants/', '/tenants//ann', '/tenantsann/x'])
    t.same(placeOf({ base: '', path }), { kind: 'list', path }, path)
})
