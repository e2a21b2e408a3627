import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RedisProxy } from '../../chaos/proxy.js'
import { waitFor } from '../helpers/wait-for.js'

/** A server that remembers what it heard and answers each chunk with `+`, and a client behind the proxy. */
async function setup(t: Test, latencyMs = 0) {
  const heard: string[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString())
      socket.write('+')
    })
  })
  const folder = await mkdtemp(join(tmpdir(), 'rqd-proxy-'))
  const path = join(folder, 's')
  server.listen(path)
  await once(server, 'listening')
  const proxy = new RedisProxy({ path }, latencyMs)
  const { port } = new URL(await proxy.start())
  t.teardown(() => {
    proxy.stop()
    server.close()
    return rm(folder, { recursive: true, force: true })
  })
  const dial = async (
    localAddress?: string,
  ): Promise<{ socket: Socket; answers: () => string; closed: () => boolean }> => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', ...(localAddress ? { localAddress } : {}) })
    let answers = ''
    let closed = false
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => (closed = true))
    await once(socket, 'connect')
    t.teardown(() => socket.destroy())
    return { socket, answers: () => answers, closed: () => closed }
  }
  return { proxy, heard, dial }
}

t.test('it passes on what both sides say, as late as it was told', async (t) => {
  const { heard, dial } = await setup(t, 30)
  const client = await dial()
  const sentMs = performance.now()
  client.socket.write('PING')
  await waitFor('the answer', () => client.answers() === '+')
  t.ok(performance.now() - sentMs >= 58, 'there and back')
  t.same(heard, ['PING'])
})

t.test('a cut ends connections, and new ones work', async (t) => {
  const { proxy, heard, dial } = await setup(t)
  const client = await dial()
  client.socket.write('one')
  await waitFor('the answer', () => client.answers() === '+')
  proxy.cut()
  await waitFor('the end', client.closed)
  const again = await dial()
  again.socket.write('two')
  await waitFor('the answer', () => again.answers() === '+')
  t.same(heard, ['one', 'two'])
})

for (const late of [true, false]) {
  t.test(`a hole says nothing to anybody; afterwards what it held is ${late ? 'delivered' : 'gone'}`, async (t) => {
    const { proxy, heard, dial } = await setup(t)
    const client = await dial()
    client.socket.write('one')
    await waitFor('the answer', () => client.answers() === '+')
    proxy.hide()
    client.socket.write('two')
    // Its sender gives up in the meantime.
    client.socket.end()
    const other = await dial()
    other.socket.write('three')
    await proxy.hole(300, late)
    await waitFor('the end', () => client.closed() && other.closed())
    t.equal(client.answers(), '+', 'no answer came through')
    if (late) await waitFor('what was held', () => heard.length === 3)
    t.same(heard.slice(1).sort(), late ? ['three', 'two'] : [])
  })
}

t.test('a hole for one address leaves the others alone', { skip: process.platform !== 'linux' }, async (t) => {
  const { proxy, heard, dial } = await setup(t)
  const [one, other] = [await dial(), await dial('127.0.0.2')]
  proxy.hide('127.0.0.2')
  other.socket.write('other')
  one.socket.write('one')
  await waitFor('the answer', () => one.answers() === '+')
  t.same(heard, ['one'])
  proxy.reveal(true)
  await waitFor('what was held', () => heard.length === 2)
  await waitFor('the end', other.closed)
  t.notOk(one.closed())
})
