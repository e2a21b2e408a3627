/** C11: the dashboard fits the frameworks' own types. Compiled, not run. */
import { createServer } from 'node:http'
import express from 'express'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { type DashboardOptions, createDashboard } from '../../daemon/dashboard/embed.js'

declare const connection: Redis
declare const fastify: FastifyInstance
declare const users: { find(id: string): Promise<{ name: string; isAdmin: boolean } | null> }

/** Mounted in each framework without a cast. */
export async function mounted(): Promise<void> {
  const board = createDashboard({ connection, authenticate: () => undefined })
  await fastify.register(board.fastify, { prefix: '/rq' })
  const app = express()
  app.use('/rq', board.handler)
  app.use(express.urlencoded(), board.handler)
  createServer(board.handler)
}

/** Whoever asks is found at once or later, or is nobody. */
export const hooks: DashboardOptions['authenticate'][] = [
  () => ({ name: 'ada', role: 'operate' }),
  () => null,
  async ({ headers }) => {
    const user = await users.find(String(headers['x-user']))
    return user === null ? undefined : { name: user.name, role: user.isAdmin ? 'operate' : 'view' }
  },
  // @ts-expect-error there is no such role
  () => ({ name: 'ada', role: 'admin' }),
  // @ts-expect-error a name alone is no visitor
  () => 'ada',
]

// @ts-expect-error nobody can forget to say who may look
createDashboard({ connection })
