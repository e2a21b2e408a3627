import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import { type Clock, systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { silentLogger } from '../../../src/logger.js'
import { DataHere } from '../../../daemon/data/here.js'
import { mountDashboard } from '../../../daemon/dashboard/mount.js'
import type { Role } from '../../../daemon/dashboard/visitor.js'

/** A page as it was answered. */
export interface Seen {
  readonly status: number
  readonly html: string
}

/** A dashboard on a server of its own, and a browser that keeps cookies and follows redirects. */
export interface Board {
  /** Ask for a page below the mount. */
  get(path: string, role?: Role): Promise<Seen>
  /** Send a form as the page would, and see the page after it. */
  act(action: string, fields?: Readonly<Record<string, string>>, role?: Role): Promise<Seen>
}

/** Mount a dashboard for this test, on the jobs of a Redis. `clock`: by which it waits for what it has ordered. */
export async function startBoard(t: Test, connection: Redis, clock: Clock = systemClock): Promise<Board> {
  const mounted = mountDashboard({
    data: new DataHere({ store: new Store(connection, createKeys()), clock: systemClock, random: systemRandom }),
    admission: {
      kind: 'application',
      authenticate: ({ headers }) => ({ name: 'ann', role: headers['x-role'] === 'view' ? 'view' : 'operate' }),
    },
    clock,
    logger: silentLogger,
  })
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    void mounted.handle(request, response, { base: '', path })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    await mounted.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let cookie = ''
  const ask = async (path: string, init: RequestInit, role: Role): Promise<Seen> => {
    const headers = { cookie, 'x-role': role, ...(init.headers as Record<string, string> | undefined) }
    const response = await fetch(origin + path, { ...init, headers, redirect: 'manual' })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    const location = response.headers.get('location')
    if (location !== null) return ask(location, {}, role)
    return { status: response.status, html: await response.text() }
  }
  return {
    get: (path, role = 'operate') => ask(path, {}, role),
    act: async (action, fields = {}, role = 'operate') => {
      const { html } = await ask('/queues', {}, 'operate')
      // Any form of the page carries it; where there is none, the one of the question does.
      const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
      const body = new URLSearchParams({ csrf, back: '/queues', ...fields })
      return ask(`/do/${action}`, { method: 'POST', body }, role)
    },
  }
}

/** The text of a page as somebody reads it. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}
