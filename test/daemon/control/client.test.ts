import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ControlClient } from '../../../daemon/control/client.js'
import { deferred } from '../../../src/deferred.js'
import { RqdError } from '../../../src/errors.js'
import { sampleStatus } from './fake-operations.js'
import { startServer, tempFolder } from './harness.js'

async function connect(t: Parameters<typeof tempFolder>[0], path: string, timeoutMs = 5_000): Promise<ControlClient> {
  const client = await ControlClient.connect(path, { timeoutMs })
  t.teardown(() => client.close())
  return client
}

/** A daemon that answers each connection in its own way. */
async function startOther(t: Parameters<typeof tempFolder>[0], serve: (socket: Socket) => void): Promise<string> {
  const path = join(await tempFolder(t), 'rqd.sock')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    t.teardown(() => socket.destroy())
    serve(socket)
  }).listen(path)
  t.teardown(() => server.close())
  await once(server, 'listening')
  return path
}

t.test('typed calls, side by side', async (t) => {
  const { path } = await startServer(t)
  const client = await connect(t, path)
  const [pong, status, paused] = await Promise.all([
    client.call('ping', {}),
    client.call('status', {}),
    client.call('pause', { queues: ['high'] }),
  ])
  t.equal(pong, 'pong')
  t.same(status, sampleStatus)
  t.same(paused.paused, ['high'])
})

t.test('progress notifications reach the callback', async (t) => {
  const { path, operations } = await startServer(t)
  const seen: unknown[] = []
  const client = await ControlClient.connect(path, { timeoutMs: 5_000, onProgress: (progress) => seen.push(progress) })
  t.teardown(() => client.close())
  t.same(await client.call('drain', {}, { timeoutMs: null }), operations.drained)
  t.same(seen, operations.progress)
})

t.test('the errors of the daemon keep their code', async (t) => {
  const { path, operations } = await startServer(t)
  const client = await connect(t, path)
  await t.rejects(client.call('pause', { queues: ['nope'] }), { code: 'RQD_BAD_OPTION', message: /"nope"/ })
  operations.failure = new RqdError('RQD_REDIS', 'away')
  await t.rejects(client.call('status', {}), { code: 'RQD_REDIS', message: 'away' })
  operations.failure = new Error('bug')
  await t.rejects(client.call('status', {}), { code: 'RQD_PROTOCOL', message: /bug/ })
})

t.test('nobody there: the path, why, and what to do', async (t) => {
  const folder = await tempFolder(t)
  const message = /no daemon answers on .*none\.sock: there is no socket; start one with "rqd", or name .* --socket/
  await t.rejects(connect(t, join(folder, 'none.sock')), { code: 'RQD_UNREACHABLE', message })
  await writeFile(join(folder, 'file'), '')
  await t.rejects(connect(t, join(folder, 'file')), { code: 'RQD_UNREACHABLE', message: /nobody listens on it/ })
  t.throws(() => ControlClient.connect('x'.repeat(200), { timeoutMs: 1 }), { code: 'RQD_BAD_OPTION' })
})

t.test('a late answer ends the call, not the connection', async (t) => {
  const { path, operations } = await startServer(t)
  const client = await connect(t, path)
  const gate = deferred<null>()
  operations.gate = gate.promise
  await t.rejects(client.call('status', {}, { timeoutMs: 50 }), {
    code: 'RQD_TIMEOUT',
    message: 'the daemon did not answer status within 50 ms',
  })
  gate.resolve(null)
  t.equal(await client.call('ping', {}), 'pong')
})

t.test('a daemon that hangs up, stops or is full', async (t) => {
  const path = await startOther(t, (socket) => socket.once('data', () => socket.destroy()))
  const client = await connect(t, path)
  await t.rejects(client.call('ping', {}), { code: 'RQD_UNREACHABLE', message: /hung up before it answered/ })
  await t.rejects(client.call('ping', {}), { code: 'RQD_UNREACHABLE' }, 'further calls fail at once')
  const full = await startServer(t, { maxConnections: 1 })
  await (await connect(t, full.path)).call('ping', {})
  const second = await connect(t, full.path)
  await t.rejects(second.call('ping', {}), { code: 'RQD_UNREACHABLE', message: /serves 1 control connections already/ })
})

t.test('nonsense from the other side is a protocol error', async (t) => {
  for (const answer of ['hello\n', '{"jsonrpc":"2.0","id":1,"result":"pang"}\n', Uint8Array.of(0xff, 10)]) {
    const path = await startOther(t, (socket) => socket.once('data', () => socket.write(answer)))
    await t.rejects((await connect(t, path)).call('ping', {}), { code: 'RQD_PROTOCOL', message: new RegExp(path) })
  }
  const noise =
    '{"jsonrpc":"2.0","method":"novelty"}\n{"jsonrpc":"2.0","method":"drain.progress","params":7}\n7\nnull\n'
  const path = await startOther(t, (socket) =>
    socket.once('data', () => socket.write(`${noise}{"jsonrpc":"2.0","id":1,"result":"pong"}\n`)),
  )
  t.equal(await (await connect(t, path)).call('ping', {}), 'pong', 'unknown notifications are passed over')
})
