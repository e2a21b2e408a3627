import t from 'tap'
import type { QueueStatus } from '../../../../daemon/control/operations.js'
import { fingerprintOfTenants, tenantsOf } from '../../../../daemon/dashboard/tenants/look.js'
import { tenantStatus } from '../../../helpers/tenant-status.js'

const queue = (tenant: string, depth: number | null): QueueStatus => {
  return { name: 'q', tenant, depth, paused: false, pausedEverywhere: false, oldestAgeSec: null }
}

t.test('what waits for a tenant is the sum of its queues, and unknown as soon as one of them is', async (t) => {
  const tenants = ['ann', 'bob', 'cid', 'dan'].map((name) => tenantStatus(name))
  const queues = [queue('ann', 2), queue('bob', null), queue('ann', 3), queue('bob', 1), queue('cid', 0)]
  t.same(
    tenantsOf({ tenants, queues }).map(({ name, waiting }) => [name, waiting]),
    [
      ['ann', 5],
      ['bob', null],
      ['cid', 0],
      ['dan', null],
    ],
  )
  t.same(tenantsOf({ queues: [] }), [], 'a daemon without tenants')
})

t.test('the list is new when a number or a state is, but not with every ping', async (t) => {
  const print = (change: object): string => fingerprintOfTenants([{ ...tenantStatus('ann'), waiting: 1, ...change }])
  t.equal(print({ roundTripMs: 7 }), print({}))
  for (const change of [{ waiting: 2 }, { running: 3 }, { connected: false }, { state: 'paused' }])
    t.not(print(change), print({}), JSON.stringify(change))
})
