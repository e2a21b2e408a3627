import t from 'tap'
import type { TenantStatus } from '../../../daemon/control/operations.js'
import { readinessOf } from '../../../daemon/http/readiness.js'
import { sampleStatus } from '../control/fake-operations.js'
import { tenantStatus } from '../../helpers/tenant-status.js'

t.test('C11: ready is a daemon that takes jobs, has Redis, and an executor that can run them', async (t) => {
  t.same(readinessOf(sampleStatus), { ready: true, reasons: [] })
})

t.test('C11: otherwise all reasons are told', async (t) => {
  const redis = { ...sampleStatus.redis, connected: false }
  const executors = sampleStatus.executors.map((executor) => ({ ...executor, state: 'backoff' as const }))
  t.same(readinessOf({ state: 'paused', redis, executors }), {
    ready: false,
    reasons: ['the daemon is paused', 'Redis does not answer', 'no executor is up'],
  })
  t.same(readinessOf({ ...sampleStatus, executors: [] }).reasons, ['no executor is up'])
  for (const state of ['starting', 'suspended', 'draining', 'drained', 'stopping'] as const)
    t.equal(readinessOf({ ...sampleStatus, state }).ready, false, state)
})

const tenant = (name: string, connected: boolean): TenantStatus => tenantStatus(name, { connected })

t.test('C11: with tenants, one whose Redis answers is enough, and the others are named', async (t) => {
  const all = [tenant('ann', true), tenant('bob', true)]
  t.same(readinessOf({ ...sampleStatus, tenants: all }), { ready: true, reasons: [] })
  t.same(readinessOf({ ...sampleStatus, tenants: [tenant('ann', true), tenant('bob', false)] }), {
    ready: true,
    reasons: ['Redis does not answer for tenant bob'],
  })
  t.same(readinessOf({ ...sampleStatus, tenants: [tenant('ann', false), tenant('bob', false)] }), {
    ready: false,
    reasons: ['Redis does not answer for any tenant'],
  })
  t.same(readinessOf({ ...sampleStatus, state: 'paused', tenants: [tenant('ann', false), ...all] }).ready, false)
})

t.test('C11: of many tenants the first are named', async (t) => {
  const tenants = [tenant('ann', true), ...Array.from({ length: 25 }, (_, i) => tenant(`t${i}`, false))]
  t.match(readinessOf({ ...sampleStatus, tenants }).reasons, [/tenants t0, .*, t19 and 5 more$/])
})
