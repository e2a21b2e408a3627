import { type IncomingHttpHeaders, type RequestOptions, type Server, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { type MountOptions, type Mounted, mountDashboard } from '../../../daemon/dashboard/mount.js'
import { DataHere } from '../../../daemon/data/here.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { type TestRedis, startRedis } from '../../helpers/redis.js'

export const operateToken = 'may-operate-0123456789'
export const viewToken = 'may-only-look-0123456789'

/** What came back. */
export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A browser without a screen: keeps cookies, follows nothing. */
export class Visiting {
  readonly origin: string
  readonly cookies = new Map<string, string>()

  /** @param origin such as `http://127.0.0.1:3000` */
  constructor(origin: string) {
    this.origin = origin
  }

  get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
    return this.#ask({ method, path, headers })
  }

  /** Send a form as it stands. */
  post(path: string, form: Record<string, string> | string, headers: Record<string, string> = {}): Promise<Got> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
    return this.#ask({ method: 'POST', path, headers: { ...type, origin: this.origin, ...headers } }, body)
  }

  /** Send a form with the field that a page of ours gives this visitor. */
  async act(
    base: string,
    name: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Got> {
    return this.post(`${base}/do/${name}`, { csrf: await this.csrf(`${base}/queues`), ...form }, headers)
  }

  /** What forms of a page carry. */
  async csrf(path: string): Promise<string> {
    const { text } = await this.get(path)
    const [, value] = /name="csrf" value="([^"]+)"/.exec(text) ?? []
    if (value === undefined) throw new Error(`${path} has no form:\n${text}`)
    return value
  }

  #ask(options: RequestOptions, body?: string): Promise<Got> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie === '' ? {} : { cookie }), ...(options.headers as Record<string, string>) }
    return new Promise((resolve, reject) => {
      const sent = request(this.origin, { ...options, headers, agent: false }, (reply) => {
        let text = ''
        reply.setEncoding('utf8').on('data', (part: string) => (text += part))
        reply.on('error', reject)
        reply.on('end', () => {
          for (const line of reply.headers['set-cookie'] ?? []) {
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
            this.cookies.set(name, value)
          }
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}

/** A dashboard on a server of its own. */
export interface TestSite {
  readonly redis: TestRedis
  readonly origin: string
  readonly logger: RecordingLogger
  readonly mounted: Mounted
  /** A visitor who has shown nothing yet. */
  visitor(): Visiting
  /** A visitor who has signed in. */
  signedIn(token?: string): Promise<Visiting>
}

/** Serve a dashboard by tokens on a Redis of its own, or by what is given. */
export async function startSite(t: Test, options: Partial<MountOptions> = {}): Promise<TestSite> {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  const mounted = mountDashboard({
    data: dataOn(redis),
    admission: {
      kind: 'tokens',
      rules: { operate: operateToken, view: viewToken, withoutToken: 'nothing' },
    },
    clock: systemClock,
    logger,
    ...options,
  })
  const server = createServer((asked, response) => {
    const path = (asked.url ?? '/').split('?', 1)[0] ?? '/'
    void mounted.handle(asked, response, { base: '', path })
  })
  const origin = await listen(t, server)
  t.teardown(() => mounted.close())
  const visitor = (): Visiting => new Visiting(origin)
  return {
    redis,
    origin,
    logger,
    mounted,
    visitor,
    signedIn: async (token = operateToken) => {
      const visiting = visitor()
      const { status } = await visiting.post('/sign-in', { token })
      if (status !== 303) throw new Error(`signing in gave ${status}`)
      return visiting
    },
  }
}

/** The methods about data on a Redis. */
export function dataOn(redis: TestRedis): DataHere {
  const store = new Store(redis.client, createKeys())
  return new DataHere({ store, clock: systemClock, random: systemRandom })
}

/** Listen on a port that is free, until the test ends. @returns the origin */
export async function listen(t: Test, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
