import { once } from 'node:events'
import t from 'tap'
import { MAX_FRAME_BYTES } from '../../../daemon/control/framing.js'
import { deferred } from '../../../src/deferred.js'
import { RqdError } from '../../../src/errors.js'
import { waitFor } from '../../helpers/wait-for.js'
import { sampleStatus } from './fake-operations.js'
import { RawCaller, startServer } from './harness.js'

const request = (id: unknown, method: string, params?: unknown): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

t.test('one message a line, answered by id', async (t) => {
  const { path } = await startServer(t)
  const caller = new RawCaller(t, path).send(request(1, 'ping'))
  t.same(await caller.lines(1), [{ jsonrpc: '2.0', id: 1, result: 'pong' }])
  caller.send(request('two', 'status', []))
  t.same((await caller.lines(2))[1], { jsonrpc: '2.0', id: 'two', result: sampleStatus })
  caller.send(request(null, 'ping'))
  t.same((await caller.lines(3))[2], { jsonrpc: '2.0', id: null, result: 'pong' })
})

t.test('a caller that ends its side still gets its answers, with or without a last newline', async (t) => {
  const { path } = await startServer(t)
  const caller = new RawCaller(t, path)
  caller.socket.end(request(1, 'ping') + request(2, 'pause', { queues: ['low'] }).trimEnd())
  await waitFor('the end', () => caller.ended)
  t.same(caller.replies, [
    { jsonrpc: '2.0', id: 1, result: 'pong' },
    { jsonrpc: '2.0', id: 2, result: { paused: ['low'] } },
  ])
})

t.test('a line may come in pieces', async (t) => {
  const { path } = await startServer(t)
  const caller = new RawCaller(t, path)
  await once(caller.socket, 'connect')
  for (const character of request(1, 'ping')) {
    caller.send(character)
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.match(await caller.lines(1), [{ id: 1, result: 'pong' }])
})

t.test('notifications take effect and get no answer, not even a wrong one', async (t) => {
  const { path, operations } = await startServer(t)
  const caller = new RawCaller(t, path)
  caller.send('{"jsonrpc":"2.0","method":"pause","params":{"queues":["high"]}}\n')
  caller.send('{"jsonrpc":"2.0","method":"nope"}\n{"jsonrpc":"2.0","method":"pause","params":{"queues":7}}\n')
  caller.send('[{"jsonrpc":"2.0","method":"resume"}]\n')
  caller.send(request(1, 'ping'))
  t.same(await caller.lines(1), [{ jsonrpc: '2.0', id: 1, result: 'pong' }])
  t.same(operations.calls, [
    ['pause', ['high']],
    ['resume', []],
  ])
})

t.test('batches are answered by one array, also for a single request', async (t) => {
  const { path } = await startServer(t)
  const caller = new RawCaller(t, path)
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'ping' },
    null,
    7,
    [],
    { jsonrpc: '2.0', id: 2, method: 'nope' },
    { jsonrpc: '1.0', id: 3, method: 'ping' },
  ]
  caller.send(`${JSON.stringify(batch)}\n`)
  const [replies] = (await caller.lines(1)) as unknown as { id: unknown; error?: { code: number } }[][]
  t.same(
    replies?.map(({ id, error }) => [id, error?.code]).sort(),
    [
      [1, undefined],
      [null, -32600],
      [null, -32600],
      [null, -32600],
      [2, -32601],
      [3, -32600],
    ].sort(),
  )
  caller.send('[{"jsonrpc":"2.0","id":9,"method":"ping"}]\n')
  t.same((await caller.lines(2))[1], [{ jsonrpc: '2.0', id: 9, result: 'pong' }])
  caller.send('[]\n')
  t.match((await caller.lines(3))[2], { id: null, error: { code: -32600 } })
  caller.send(`${JSON.stringify(Array.from({ length: 101 }, () => batch[0]))}\n`)
  t.match((await caller.lines(4))[3], { id: null, error: { code: -32600, message: /at most 100 requests; found 101/ } })
})

t.test('standard faults', async (t) => {
  const { path } = await startServer(t)
  const cases: [string, unknown, number, RegExp][] = [
    ['{"jsonrpc":', null, -32700, /no JSON/],
    ['hello', null, -32700, /no JSON/],
    ['null', null, -32600, /object/],
    ['"ping"', null, -32600, /object/],
    ['{}', null, -32600, /"jsonrpc": "2.0"/],
    ['{"jsonrpc":"2.0","id":5}', 5, -32600, /"method"/],
    ['{"jsonrpc":"2.0","id":5,"method":1}', 5, -32600, /"method"/],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32600, /id/],
    ['{"jsonrpc":"2.0","id":5,"method":"ping","params":7}', 5, -32600, /"params"/],
    ['{"jsonrpc":"2.0","id":5,"method":"ping","error":1}', 5, -32600, /neither/],
    ['{"jsonrpc":"2.0","id":5,"result":1}', 5, -32600, /"method"/],
    [request(6, 'stauts').trim(), 6, -32601, /no method "stauts"; did you mean "status"\?/],
    [request(6, 'frobnicate').trim(), 6, -32601, /rpc\.discover/],
    [request(6, 'toString').trim(), 6, -32601, /no method/],
    [request(6, '__proto__').trim(), 6, -32601, /no method/],
    [request(7, 'pause', { queue: [] }).trim(), 7, -32602, /did you mean "queues"/],
    [request(8, 'pause', { queues: ['nope'] }).trim(), 8, -32000, /queue "nope" is not served here/],
  ]
  const caller = new RawCaller(t, path)
  for (const [i, [text, id, code, message]] of cases.entries()) {
    caller.send(`${text}\n`)
    t.match((await caller.lines(i + 1))[i], { jsonrpc: '2.0', id, error: { code, message } }, text)
  }
})

t.test('what an operation throws: our errors with their code, others as internal and logged', async (t) => {
  const { path, operations, logger } = await startServer(t)
  const caller = new RawCaller(t, path)
  operations.failure = new RqdError('RQD_REDIS', 'Redis is away')
  caller.send(request(1, 'status'))
  t.same((await caller.lines(1))[0], {
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32011, message: 'Redis is away', data: { code: 'RQD_REDIS' } },
  })
  operations.failure = new TypeError('undefined is not a function')
  caller.send(request(2, 'status'))
  t.match((await caller.lines(2))[1], { id: 2, error: { code: -32603, message: /undefined is not a function/ } })
  t.match(
    logger.lines.filter(({ level }) => level === 'error'),
    [{ sentence: 'a control method failed inside', fields: { error: 'undefined is not a function' } }],
  )
})

t.test('binary garbage and endless lines get one error each, and the connection goes on', async (t) => {
  const { path } = await startServer(t)
  const caller = new RawCaller(t, path)
  const garbage = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256)).filter((byte) => byte !== 10)
  caller.send(garbage).send('\n')
  t.match(await caller.lines(1), [{ id: null, error: { code: -32700, message: 'the line is not UTF-8' } }])
  const huge = Buffer.alloc(MAX_FRAME_BYTES, 'x')
  for (let i = 0; i < 5; i++) caller.send(huge)
  caller.send('\n').send(request(1, 'ping'))
  t.match((await caller.lines(3)).slice(1), [
    { id: null, error: { code: -32700, message: /longer than 1048576 bytes/ } },
    { id: 1, result: 'pong' },
  ])
  caller.send('['.repeat(500_000) + '\n').send(request(2, 'ping'))
  t.match((await caller.lines(5)).slice(3), [{ error: { code: -32700 } }, { id: 2, result: 'pong' }])
  caller.send('['.repeat(500_000) + ']'.repeat(500_000) + '\n').send(request(3, 'ping'))
  t.match((await caller.lines(7)).slice(5), [[{ error: { code: -32600 } }], { id: 3, result: 'pong' }])
})

t.test('callers that vanish at any moment leave the daemon alone', async (t) => {
  const { path, operations, logger } = await startServer(t)
  const gate = deferred<null>()
  operations.gate = gate.promise
  for (const text of ['', '{"jsonrpc"', request(1, 'drain'), request(1, 'status') + request(2, 'ping')]) {
    const caller = new RawCaller(t, path).send(text)
    await once(caller.socket, 'connect')
    caller.socket.destroy()
  }
  await waitFor('the requests', () => operations.running === 2)
  gate.resolve(null)
  await waitFor('their end', () => operations.running === 0)
  t.match(await new RawCaller(t, path).send(request(1, 'ping')).lines(1), [{ result: 'pong' }])
  t.same(
    logger.lines.filter(({ level }) => level === 'error' || level === 'warn'),
    [],
  )
})

t.test('at most 32 requests of a connection are under way; the others wait and are all answered', async (t) => {
  const { path, operations } = await startServer(t)
  const gate = deferred<null>()
  operations.gate = gate.promise
  const caller = new RawCaller(t, path)
  for (let id = 0; id < 500; id++) caller.send(request(id, 'status'))
  await waitFor('the first requests', () => operations.running === 32)
  t.match(await new RawCaller(t, path).send(request(1, 'ping')).lines(1), [{ result: 'pong' }], 'others are served')
  t.equal(operations.calls.length, 32)
  gate.resolve(null)
  t.same(new Set((await caller.lines(500)).map(({ id }) => id)), new Set(Array.from({ length: 500 }, (_, id) => id)))
  t.equal(operations.mostRunning, 32)
})

t.test('a caller that does not read its answers is read no further, and gets all of them later', async (t) => {
  const { path, operations } = await startServer(t)
  operations.status_ = { ...sampleStatus, name: 'x'.repeat(50_000) }
  const caller = new RawCaller(t, path)
  await once(caller.socket, 'connect')
  caller.socket.pause()
  for (let id = 0; id < 400; id++) caller.send(request(id, 'status'))
  await waitFor('a stop', async () => {
    const before = operations.calls.length
    await new Promise((resolve) => setTimeout(resolve, 100))
    return before > 0 && operations.calls.length === before
  })
  t.ok(operations.calls.length < 150, `${operations.calls.length} calls were read`)
  caller.socket.resume()
  t.equal((await caller.lines(400)).length, 400)
})

t.test('the 65th connection is told so and closed; a free place is given again', async (t) => {
  const { path } = await startServer(t)
  const callers = Array.from({ length: 64 }, () => new RawCaller(t, path).send(request(1, 'ping')))
  for (const caller of callers) await caller.lines(1)
  const extra = new RawCaller(t, path)
  t.match(await extra.lines(1), [{ id: null, error: { message: /64 control connections/ } }])
  await waitFor('its end', () => extra.ended)
  callers[0]?.socket.destroy()
  await waitFor('a free place', async () => {
    const next = new RawCaller(t, path).send(request(1, 'ping'))
    return (await next.lines(1))[0]?.['result'] === 'pong'
  })
})

t.test('progress of a drain goes to the connection that asked, as notifications', async (t) => {
  const { path } = await startServer(t)
  const other = new RawCaller(t, path).send(request(1, 'ping'))
  await other.lines(1)
  const caller = new RawCaller(t, path).send(request(1, 'drain', { timeoutSec: 5 }))
  t.same(await caller.lines(3), [
    { jsonrpc: '2.0', method: 'drain.progress', params: { running: 2, elapsedSec: 0 } },
    { jsonrpc: '2.0', method: 'drain.progress', params: { running: 1, elapsedSec: 1.5 } },
    { jsonrpc: '2.0', id: 1, result: { drained: true, handedBack: 0, elapsedSec: 2.5 } },
  ])
  t.equal(other.replies.length, 1)
})

t.test('changing methods are logged with what is known of the caller, reading ones are not', async (t) => {
  const { path, logger } = await startServer(t)
  const caller = new RawCaller(t, path).send(request(1, 'status') + request(2, 'pause', { queues: ['low'] }))
  await caller.lines(2)
  t.match(
    logger.lines.filter(({ level }) => level === 'info'),
    [
      {
        sentence: 'control call',
        fields: {
          method: 'pause',
          params: '{"queues":["low"]}',
          outcome: 'ok',
          durationSec: Number,
          connection: 1,
          socket: path,
          caller: /uid \d+ or root/,
          asItSays: undefined,
        },
      },
    ],
  )
})

t.test('stop: answers go out, idle callers are hung up on, twice and before start is fine', async (t) => {
  const { path, server } = await startServer(t)
  const idle = new RawCaller(t, path)
  const caller = new RawCaller(t, path).send(request(1, 'shutdown'))
  await once(idle.socket, 'connect')
  await caller.lines(1)
  await Promise.all([server.stop(), server.stop()])
  await server.stop()
  await waitFor('the ends', () => idle.ended && caller.ended)
  await server.start()
  t.match(await new RawCaller(t, path).send(request(1, 'ping')).lines(1), [{ result: 'pong' }], 'it can start again')
})
