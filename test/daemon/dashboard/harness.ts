import { type IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Test } from 'tap'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import type { Reply } from '../../../daemon/dashboard/ask.js'
import { CSRF_FIELD, csrfToken } from '../../../daemon/dashboard/csrf.js'
import { BulkRuns } from '../../../daemon/dashboard/bulk-runs.js'
import { Dashboard } from '../../../daemon/dashboard/dashboard.js'
import { Door } from '../../../daemon/dashboard/door.js'
import { FailureIndex } from '../../../daemon/dashboard/failure-index.js'
import { Sessions } from '../../../daemon/dashboard/sessions.js'
import { DataHere } from '../../../daemon/data/here.js'
import { Factory } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'

const SECRET = 'of this test'

/** A dashboard on a private Redis, asked without a network; `role`: what its visitor may do. */
export async function startDashboard(t: Test, role: 'view' | 'operate' = 'operate') {
  const redis = await startRedis(t)
  const factory = new Factory(redis.client)
  const data = new DataHere({ store: factory.store, clock: systemClock, random: systemRandom })
  const logger = new RecordingLogger()
  const failures = new FailureIndex({ data, clock: systemClock, logger })
  const runs = new BulkRuns({ data, clock: systemClock, random: systemRandom, logger })
  t.teardown(() => Promise.all([failures.stop(), runs.close()]))
  const dashboard = new Dashboard({
    data,
    door: new Door({
      admission: { kind: 'application', authenticate: () => Promise.resolve({ name: 'ann', role }) },
      sessions: new Sessions(systemClock),
      logger,
    }),
    secret: SECRET,
    clock: systemClock,
    logger,
    failures,
    runs,
  })
  const id = 'a'.repeat(43)
  const ask = (method: string, address: string, form: URLSearchParams): Promise<Reply> => {
    const { pathname: path, searchParams: query } = new URL(address, 'http://dash')
    const headers: IncomingHttpHeaders = { cookie: `rqd=${id}`, host: 'dash', 'sec-fetch-site': 'same-origin' }
    return dashboard.answer({
      method,
      path,
      base: '',
      root: '',
      query,
      form,
      headers,
      isEncrypted: false,
      raw: new IncomingMessage(new Socket()),
    })
  }
  const get = async (address: string) => {
    const { status, headers, body } = await ask('GET', address, new URLSearchParams())
    return { status, headers, html: String(body) }
  }
  /** Send a form; @returns what is said of it on the page after it. */
  const act = async (action: string, fields: readonly (readonly [string, string])[]): Promise<string> => {
    const form = new URLSearchParams([
      [CSRF_FIELD, csrfToken(SECRET, id)],
      ['back', '/queues'],
      ...fields.map(([n, v]): [string, string] => [n, v]),
    ])
    const { status, body } = await ask('POST', `/do/${action}`, form)
    if (status !== 303) return String(body)
    const { html } = await get('/queues')
    return /<p class="note [^"]*">(.*?)<\/p>/.exec(html)?.[1] ?? ''
  }
  return { client: redis.client, factory, get, act }
}
