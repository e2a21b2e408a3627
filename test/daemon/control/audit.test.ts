import t from 'tap'
import { shownParams } from '../../../daemon/control/audit.js'
import { RqdError } from '../../../src/errors.js'
import { RawCaller, startServer } from './harness.js'

const request = (id: number, method: string, params: unknown) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

t.test('parameters are shown short and without what may be secret', (t) => {
  t.equal(shownParams(undefined), '')
  t.equal(
    shownParams({ queue: 'q', args: [1, 's3cret'], url: { password: 'x' } }),
    '{"queue":"q","args":"…","url":{"password":"…"}}',
  )
  t.equal(shownParams(['x'.repeat(500)]).length, 200)
  let deep: unknown = []
  for (let i = 0; i < 100_000; i++) deep = [deep]
  t.equal(shownParams(deep), '(nested too deeply to be shown)')
  t.end()
})

t.test(
  'C1: a changing call is logged when it has ended, with its outcome and what the caller says of itself',
  async (t) => {
    const { path, logger, operations } = await startServer(t)
    const caller = new RawCaller(t, path)
    caller.send(request(1, 'hello', { client: 'deploy 1.2', user: 'ann', pid: 77 }))
    t.match(await caller.lines(1), [{ result: { readOnly: false } }])
    caller.send(request(2, 'pause', { queues: ['low'] }))
    await caller.lines(2)
    caller.send(request(3, 'pause', { queues: ['nope'] }))
    await caller.lines(3)
    operations.failure = new RqdError('RQD_REDIS', 'Redis is away')
    caller.send(request(4, 'resume', {}))
    await caller.lines(4)
    caller.send(request(5, 'pause', { nope: 1 }))
    await caller.lines(5)
    const known = { connection: 1, socket: path, asItSays: 'deploy 1.2, user ann, pid 77', durationSec: Number }
    const lines = logger.lines.filter(({ sentence }) => sentence === 'control call').map(({ fields }) => fields)
    t.match(lines, [
      { method: 'pause', params: '{"queues":["low"]}', outcome: 'ok', error: undefined, ...known },
      { method: 'pause', params: '{"queues":["nope"]}', outcome: 'RQD_BAD_OPTION', error: /not served/, ...known },
      { method: 'resume', outcome: 'RQD_REDIS', error: 'Redis is away', ...known },
      { method: 'pause', outcome: 'RQD_BAD_OPTION', error: /no parameter "nope"/, ...known },
    ])
  },
)
