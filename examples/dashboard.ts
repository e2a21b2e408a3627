// The dashboard in an application of yours, here on Express: REDIS_URL=… PASSWORD=… node build/examples/dashboard.js 3000
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Redis } from 'ioredis'
import { createDashboard, type Visitor } from '../daemon/dashboard/embed.js' // in your project: 'rqd/dashboard'

const address = process.env['REDIS_URL'] ?? 'redis://localhost:6379/0'
const redis = new Redis(address.replace('unix://', '')) // ioredis takes the path alone
const password = process.env['PASSWORD']
if (password === undefined) throw new Error('PASSWORD is not set: whoever has it may look, as admin also act')

/** Your application knows its users better than this: a session, a header of your proxy, ... */
function whoAsks({ headers }: IncomingMessage): Visitor | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headers.authorization ?? '') ?? []
  const [name = '', given] = Buffer.from(encoded, 'base64').toString().split(':')
  return given === password ? { name, role: name === 'admin' ? 'operate' : 'view' } : undefined
}

const board = createDashboard({ connection: redis, authenticate: whoAsks })
const app = express()
app.use('/rq', (request, response, next) => {
  if (whoAsks(request) !== undefined) next()
  else response.status(401).set('www-authenticate', 'Basic realm="jobs"').end()
})
app.use('/rq', board.handler)
const server = app.listen(Number(process.argv[2] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rq`)
})
process.once('SIGTERM', () => {
  server.close(() => redis.disconnect())
  void board.close() // ends pages that are followed live, which the server would wait for
})
