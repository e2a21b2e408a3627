import t from 'tap'
import { replace } from '../../../../daemon/cli/upgrade/replace.js'
import type { DataCaller } from '../../../../daemon/data/caller.js'
import { documentOfDaemon } from '../../../../daemon/data/daemons.js'

const old = documentOfDaemon({
  name: 'web',
  supervisor: 's1',
  host: 'box',
  pid: 1,
  version: '1',
  startedMs: null,
  alive: true,
  leaseLeftSec: 1,
  queues: ['a'],
  takesOrders: true,
  summary: null,
})

/** A daemon that refuses some orders, and drains at once. */
function refusing(...refused: string[]) {
  const ordered: string[] = []
  const answers: Record<string, (params: { method?: string; order?: string }) => unknown> = {
    daemons: () => ({ daemons: [old] }),
    'daemon.order': ({ method = '' }) => {
      ordered.push(method)
      return { order: method, daemon: 'web', supervisor: 's1' }
    },
    'daemon.answer': ({ order = '' }) =>
      refused.includes(order)
        ? { state: 'failed', error: { code: 'RQD_ORDER_REFUSED', message: `no ${order} for one tenant` } }
        : { state: 'done', result: { drained: true, handedBack: 0, elapsedSec: 1, paused: [] } },
  }
  const call = (method: string, params: object): Promise<unknown> => Promise.resolve(answers[method]?.(params))
  return { ordered, data: { call } as unknown as DataCaller }
}

const options = { drainMs: 60_000, handsBack: false, backMs: 60_000, tell: () => undefined }

t.test('a daemon that is drained and refuses to shut down is put to work again', async (t) => {
  const { data, ordered } = refusing('shutdown')
  await t.rejects(replace(data, old, options), {
    message: 'it does not shut down: no shutdown for one tenant; it was resumed, and goes on as before',
  })
  t.same(ordered, ['drain', 'shutdown', 'resume'])
})

t.test('one that cannot be resumed either is told of', async (t) => {
  const { data } = refusing('shutdown', 'resume')
  await t.rejects(replace(data, old, options), {
    message: /does not shut down: .*; it is drained, and cannot be resumed: no resume for one tenant/,
  })
})
