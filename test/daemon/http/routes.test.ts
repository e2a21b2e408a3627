import t from 'tap'
import type { Status } from '../../../daemon/control/operations.js'
import { monitorRoutes } from '../../../daemon/http/routes.js'
import { sampleStatus } from '../control/fake-operations.js'
import { tenantStatus } from '../../helpers/tenant-status.js'

const ask = async (path: string, status: Status): Promise<unknown> => {
  const metrics = (): Promise<{ type: string; body: string }> => Promise.resolve({ type: 'text/plain', body: 'all' })
  const answer = await monitorRoutes({ status: () => Promise.resolve(status), metrics })
    .get(path)
    ?.answer()
  return [answer?.status, answer?.body]
}

t.test('C11: readiness is a word, or all reasons against it', async (t) => {
  t.same(await ask('/readyz', sampleStatus), [200, 'ready\n'])
  t.same(await ask('/readyz', { ...sampleStatus, state: 'paused', executors: [] }), [
    503,
    'not ready: the daemon is paused; no executor is up\n',
  ])
  t.same(await ask('/healthz', { ...sampleStatus, state: 'stopping' }), [200, 'alive\n'])
})

t.test('C11: a daemon that is ready names tenants whose Redis is away', async (t) => {
  const tenants = [tenantStatus('ann'), tenantStatus('bob', { connected: false })]
  t.same(await ask('/readyz', { ...sampleStatus, tenants }), [200, 'ready: Redis does not answer for tenant bob\n'])
})
