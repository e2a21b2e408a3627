import t from 'tap'
import { pathOfTenant, tenantPlace } from '../../../../daemon/dashboard/tenants/place.js'

t.test('a path below a tenant goes to its dashboard, everything else to the list', async (t) => {
  t.same(tenantPlace({ base: '/rq', path: '/tenants/ann/queues' }), {
    tenant: 'ann',
    base: '/rq/tenants/ann',
    path: '/queues',
  })
  for (const path of ['/tenants/ann', '/tenants/ann/', `${pathOfTenant('ann')}//evil`])
    t.match(tenantPlace({ base: '', path }), { tenant: 'ann', base: '/tenants/ann' }, path)
  for (const path of ['/', '/queues', '/tenants', '/tenants/', '/tenants//ann', '/tenantsann/x'])
    t.same(tenantPlace({ base: '', path }), { tenant: undefined, base: '', path }, path)
})
