import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import jayson from 'jayson/promise/index.js'
import t, { type Test } from 'tap'
import { rqctl, startDaemon, type TestDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C1: programs that are not ours speak to the control socket.

const has = (program: string): boolean => spawnSync(program, ['-h']).error === undefined
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
const pong = { jsonrpc: '2.0', id: 1, result: 'pong' }

/** Run a program with this input, to its end. @returns the lines of its output, parsed */
async function talk(program: string, args: readonly string[], input: string): Promise<unknown[]> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  child.stdin.end(input)
  await once(child, 'close')
  return parse(text)
}

const parse = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)

async function start(t: Test): Promise<TestDaemon> {
  const redis = await startRedis(t)
  return startDaemon(t, redis, ['-N', '1', '--spares', '0', 'high', 'low'])
}

t.test('C1: socat: a request, a batch with a notification in it, and garbage', { skip: !has('socat') }, async (t) => {
  const { socket } = await start(t)
  const args = ['-t', '10', '-', `UNIX-CONNECT:${socket}`]
  t.same(await talk('socat', args, ping), [pong])
  const pause = { jsonrpc: '2.0', method: 'pause', params: { queues: ['low'] } }
  const batch = JSON.stringify([{ ...pong, result: undefined, method: 'ping' }, pause, { ...pause, id: 2 }])
  t.same(await talk('socat', args, `${batch}\n`), [[pong, { jsonrpc: '2.0', id: 2, result: { paused: ['low'] } }]])
  t.match(await talk('socat', args, 'hello?\n'), [{ id: null, error: { code: -32700 } }])
})

t.test('C1: nc: a request, and events as they happen', { skip: !has('nc') }, async (t) => {
  const { socket } = await start(t)
  t.same(await talk('nc', ['-N', '-U', socket], ping), [pong])
  const child = spawn('nc', ['-U', socket], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  t.teardown(() => void child.kill())
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"types":["queue"]}}\n')
  await waitFor('the subscription', () => text.includes('\n'))
  t.equal((await rqctl(['pause', 'low', '--socket', socket])).code, 0)
  await waitFor('the event', () => parse(text).length === 2)
  t.match(parse(text)[1], { method: 'event', params: { type: 'queue.paused', queues: ['low'] } })
  child.kill()
  await closed
})

t.test('C1: a JSON-RPC library of others: calls, a batch, a fault', async (t) => {
  const { socket } = await start(t)
  const client = jayson.Client.tcp({ path: socket } as unknown as Parameters<typeof jayson.Client.tcp>[0])
  t.match(await client.request('ping', {}), { result: 'pong' })
  t.match(await client.request('pause', [['high']]), { result: { paused: ['high'] } }, 'by position')
  const batch = [client.request('ping', {}, undefined, false), client.request('resume', {}, undefined, false)]
  t.match(await client.request(batch), [{ result: 'pong' }, { result: { paused: [] } }])
  t.match(await client.request('pause', { queues: ['nope'] }), {
    error: { code: -32000, data: { code: 'RQD_BAD_OPTION' } },
  })
})
