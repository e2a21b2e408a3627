import { request } from 'node:http'
import { type Socket, connect } from 'node:net'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseHttpAddress } from '../../../daemon/http/address.js'
import { HttpServer, type HttpServerOptions, plain } from '../../../daemon/http/server.js'
import { waitFor } from '../../helpers/wait-for.js'
import { MemoryLogger, tempFolder } from '../control/harness.js'

const token = 'a token of sixteen'.replaceAll(' ', '-')

async function startHttp(t: Test, options: Partial<HttpServerOptions> = {}) {
  const logger = new MemoryLogger()
  const routes = new Map([
    ['/open', { open: true, answer: () => plain(200, 'hello') }],
    ['/closed', { open: false, answer: () => plain(200, 'jobs') }],
    ['/broken', { open: true, answer: () => Promise.reject(new Error('secret inside')) }],
  ])
  const address = parseHttpAddress('127.0.0.1:0')
  const server = new HttpServer({ address, hosts: [], tokens: [], routes, logger, ...options })
  await server.start()
  t.teardown(() => server.stop())
  return { server, logger, url: `http://${server.address}` }
}

t.test('C11: a route is answered, with headers that keep browsers from making more of it', async (t) => {
  const { url } = await startHttp(t)
  const reply = await fetch(`${url}/open?x=1`)
  t.equal(reply.status, 200)
  t.equal(await reply.text(), 'hello\n')
  t.match(Object.fromEntries(reply.headers), {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  const head = await fetch(`${url}/open`, { method: 'HEAD' })
  t.equal(head.headers.get('content-length'), '6')
  t.equal(await head.text(), '')
})

t.test('what is not there, and what would change something, is refused with what there is', async (t) => {
  const { url } = await startHttp(t)
  const missing = await fetch(`${url}/nothing`)
  t.equal(missing.status, 404)
  t.match(await missing.text(), '/open, /closed, /broken')
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const reply = await fetch(`${url}/open`, { method })
    t.equal(reply.status, 405, method)
    t.equal(reply.headers.get('allow'), 'GET, HEAD')
  }
})

t.test('what goes wrong inside is logged, and not told', async (t) => {
  const { url, logger } = await startHttp(t)
  const reply = await fetch(`${url}/broken`)
  t.equal(reply.status, 500)
  t.notMatch(await reply.text(), 'secret')
  t.match(logger.lines, [{ level: 'info' }, { level: 'error', fields: { path: '/broken', error: 'secret inside' } }])
})

t.test('C11: a token guards all but what is open', async (t) => {
  const { url } = await startHttp(t, { tokens: [token] })
  t.equal((await fetch(`${url}/open`)).status, 200)
  const refused = await fetch(`${url}/closed`)
  t.equal(refused.status, 401)
  t.match(refused.headers.get('www-authenticate'), 'Bearer')
  t.equal((await fetch(`${url}/closed`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
  // Who may not look does not learn what there is either.
  t.equal((await fetch(`${url}/nothing`)).status, 401)
})

t.test('C11: a foreign name for this machine is turned away', async (t) => {
  const { server } = await startHttp(t, { hosts: ['box.lan'] })
  const port = Number(server.address.split(':').at(-1))
  for (const [host, status] of [
    ['evil.example', 403],
    ['box.lan:80', 200],
  ] as const) {
    const found = await new Promise<number | undefined>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/open', headers: { host } }, (reply) => {
        reply.resume()
        resolve(reply.statusCode)
      })
        .on('error', reject)
        .end()
    })
    t.equal(found, status, host)
  }
})

t.test('C11: beyond this machine it listens only with a token', async (t) => {
  const options = { hosts: [], routes: new Map(), logger: new MemoryLogger() }
  const address = parseHttpAddress('0.0.0.0:0')
  t.throws(() => new HttpServer({ ...options, address, tokens: [] }), {
    code: 'RQD_BAD_OPTION',
    message: /0\.0\.0\.0:0, where other machines reach it, without a token: set http-token/,
  })
  t.doesNotThrow(() => new HttpServer({ ...options, address, tokens: [token] }))
})

t.test('a Unix socket belongs to this user alone, and goes when the listener stops', async (t) => {
  const path = join(await tempFolder(t), 'http.sock')
  const { server } = await startHttp(t, { address: parseHttpAddress(`unix:${path}`) })
  t.equal((await stat(path)).mode & 0o777, 0o600)
  const text = await new Promise<string>((resolve, reject) => {
    request({ socketPath: path, path: '/open', headers: { host: 'localhost' } }, (reply) => {
      let body = ''
      reply.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve(body))
    })
      .on('error', reject)
      .end()
  })
  t.equal(text, 'hello\n')
  await server.stop()
  await t.rejects(stat(path), { code: 'ENOENT' })
})

t.test('a port that is taken is named', async (t) => {
  const { server } = await startHttp(t)
  const address = parseHttpAddress(server.address)
  const second = new HttpServer({ address, hosts: [], tokens: [], routes: new Map(), logger: new MemoryLogger() })
  await t.rejects(second.start(), { code: 'RQD_SOCKET_IN_USE', message: server.address })
})

t.test('garbage ends its own connection and nothing else; a stop does not wait for idle ones', async (t) => {
  const { server, url } = await startHttp(t)
  const [host = '', port] = server.address.split(':')
  const idle: Socket = connect({ host, port: Number(port) })
  const garbage = connect({ host, port: Number(port) })
  let ended = false
  garbage.on('close', () => (ended = true)).resume()
  garbage.write('\x00\xff GARBAGE\r\n\r\n')
  await waitFor('garbage to be hung up on', () => ended)
  t.equal((await fetch(`${url}/open`)).status, 200)
  let isIdleOver = false
  idle
    .on('close', () => (isIdleOver = true))
    .on('error', () => undefined)
    .resume()
  await server.stop()
  await waitFor('the idle connection to end', () => isIdleOver)
})
