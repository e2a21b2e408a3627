import { connect } from 'node:net'
import t from 'tap'
import { ControlClient } from '../../../daemon/control/client.js'
import type { DaemonEvent } from '../../../daemon/events/event.js'
import { waitFor } from '../../helpers/wait-for.js'
import { RawCaller, startServer } from './harness.js'

const request = (id: number, method: string, params: unknown = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

t.test(
  'C1: events come as notifications to those who have subscribed, by type and queue, until they unsubscribe',
  async (t) => {
    const { path, events } = await startServer(t)
    events.publish('redis.lost')
    const caller = new RawCaller(t, path).send(request(1, 'subscribe', { types: ['job'], queues: ['low'] }))
    const other = new RawCaller(t, path).send(request(1, 'ping'))
    await other.lines(1)
    t.same(await caller.lines(1), [{ jsonrpc: '2.0', id: 1, result: { seq: 1 } }])
    events.publish('redis.found')
    events.publish('job.failed', { queue: 'high' })
    events.publish('job.failed', { queue: 'low', jobId: 'j1' })
    const [, event] = await caller.lines(2)
    t.match(event, {
      jsonrpc: '2.0',
      method: 'event',
      params: { seq: 4, type: 'job.failed', queue: 'low', jobId: 'j1' },
    })
    t.notOk('id' in (event ?? {}))
    caller.send(request(2, 'subscribe', { types: ['redis'] }))
    await caller.lines(3)
    events.publish('job.failed', { queue: 'low' })
    events.publish('redis.lost')
    t.match(
      (await caller.lines(4))[3],
      { params: { type: 'redis.lost' } },
      'another filter takes the place of the first',
    )
    caller.send(request(3, 'unsubscribe'))
    t.match((await caller.lines(5))[4], { result: { subscribed: true } })
    t.notOk(events.isHeard)
    caller.send(request(4, 'unsubscribe') + request(5, 'subscribe', { types: ['jobs'] }))
    t.match((await caller.lines(7)).slice(5), [{ result: { subscribed: false } }, { error: { code: -32602 } }])
    t.equal(other.replies.length, 1, 'others are told nothing')
  },
)

t.test('the last events can be asked for', async (t) => {
  const { path, events } = await startServer(t)
  events.publish('redis.lost')
  events.publish('queue.paused', { queues: ['low'] })
  const caller = new RawCaller(t, path).send(request(1, 'events') + request(2, 'events', { types: ['redis'] }))
  const [all, some] = await caller.lines(2)
  t.match(all, { result: { events: [{ type: 'redis.lost' }, { type: 'queue.paused', queues: ['low'] }] } })
  t.match(some, { result: { events: [{ seq: 1 }] } })
})

t.test('C1: a reader that is too slow loses events, not memory, and is told how many', async (t) => {
  const { path, events } = await startServer(t)
  const socket = connect(path)
  t.teardown(() => socket.destroy())
  socket.write(request(1, 'subscribe'))
  await waitFor('the subscription', () => events.isHeard)
  socket.pause()
  const error = 'x'.repeat(10_000)
  const count = 2_000
  for (let i = 0; i < count; i++) events.publish('job.failed', { error })
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.resume()
  const told = (): DaemonEvent[] =>
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => (JSON.parse(line) as { params: DaemonEvent }).params)
  await waitFor('what was kept for it', () => {
    events.publish('redis.found')
    return text.includes('missed')
  })
  await waitFor('whole lines', () => text.endsWith('\n'))
  const kept = told()
  const failed = kept.filter(({ type }) => type === 'job.failed').length
  const missed = kept.find((event) => event.missed !== undefined)?.missed ?? 0
  t.ok(failed < 500, `${failed} of ${count} were kept: about 1 MiB, and what the kernel holds`)
  t.equal(failed + missed, (kept.find((event) => event.missed !== undefined)?.seq ?? 0) - 1, 'none is unaccounted for')
})

t.test('a caller that hangs up is subscribed no more', async (t) => {
  const { path, events, server } = await startServer(t)
  const told: DaemonEvent[] = []
  const client = await ControlClient.connect(path, { timeoutMs: 10_000, onEvent: (event) => told.push(event) })
  await client.call('subscribe', {})
  events.publish('redis.lost')
  await waitFor('the event', () => told.length === 1)
  client.close()
  await waitFor('the end', () => !events.isHeard)
  const next = await ControlClient.connect(path, { timeoutMs: 10_000 })
  await next.call('subscribe', {})
  await server.stop()
  t.match(await next.closed, { code: 'RQD_UNREACHABLE' })
  t.notOk(events.isHeard)
})
