import t from 'tap'
import { readinessOf } from '../../../daemon/http/readiness.js'
import { sampleStatus } from '../control/fake-operations.js'

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
