import { type IncomingMessage, createServer } from 'node:http'
import express from 'express'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { type Authenticate, type EmbeddedDashboard, createDashboard } from '../../../daemon/dashboard/embed.js'
import { Factory } from '../../helpers/factory.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { type TestRedis, startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { Visiting, listen } from './support.js'

const ada = { name: 'ada', role: 'operate' } as const

/** A Redis with one job on the queue `q`, and a dashboard of it. */
async function setup(t: Test, authenticate: Authenticate = () => ada) {
  const redis = await startRedis(t)
  await new Factory(redis.client).enqueue('job')
  const logger = new RecordingLogger()
  const board = createDashboard({ connection: redis.client, authenticate, logger })
  t.teardown(() => board.close())
  return { redis, board, logger }
}

/** Servers of an application, each with the dashboard mounted in another way. */
const mounts: Readonly<
  Record<string, (t: Test, board: EmbeddedDashboard) => Promise<{ origin: string; base: string }>>
> = {
  'Express below /rq': async (t, board) => {
    const app = express()
    app.use('/rq', board.handler)
    return { origin: await listen(t, createServer(app)), base: '/rq' }
  },
  'Express behind readers of bodies': async (t, board) => {
    const app = express()
    app.use(express.json(), express.urlencoded({ extended: true }))
    app.use('/deep/er/rq', board.handler)
    return { origin: await listen(t, createServer(app)), base: '/deep/er/rq' }
  },
  'a router of Express': async (t, board) => {
    const [app, router] = [express(), express.Router()]
    router.use('/rq', board.handler)
    app.use('/admin', router)
    return { origin: await listen(t, createServer(app)), base: '/admin/rq' }
  },
  'Fastify below /rq': (t, board) => onFastify(t, board, '/rq', '/rq'),
  'Fastify below /deep/er/rq': (t, board) => onFastify(t, board, '/deep/er/rq', '/deep/er/rq'),
  'Fastify below /rq/': (t, board) => onFastify(t, board, '/rq/', '/rq'),
  'Fastify below a parameter': (t, board) => onFastify(t, board, '/:tenant/rq', '/acme/rq'),
  'a server without a framework': async (t, board) => ({
    origin: await listen(t, createServer(board.handler)),
    base: '',
  }),
}

async function onFastify(t: Test, board: EmbeddedDashboard, prefix: string, base: string) {
  const app = Fastify()
  await app.register(board.fastify, { prefix })
  // What the application does with its own requests stays as it was.
  app.post('/own', async (request) => request.body)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  return { origin, base }
}

for (const [name, mount] of Object.entries(mounts)) {
  t.test(`C11 embedding: ${name}: pages, files, forms and what is live lie below the mount`, async (t) => {
    const { board } = await setup(t)
    const { origin, base } = await mount(t, board)
    const visiting = new Visiting(origin)
    t.equal((await visiting.get(`${base}/`)).status, 200)
    // Fastify itself knows a prefix that ends in a slash with the slash alone.
    if (!name.endsWith('/rq/')) t.equal((await visiting.get(base === '' ? '/' : base)).status, 200)
    const { status, text } = await visiting.get(`${base}/queues?x=1`)
    t.equal(status, 200)
    const places = [...text.matchAll(/(?:href|src|action|data-live-url)="([^"]*)"/g)].map(([, place]) => place ?? '')
    t.ok(places.length > 10)
    t.same(
      places.filter((place) => !place.startsWith(`${base}/`) && !place.startsWith('#')),
      [],
    )
    for (const file of places.filter((place) => place.includes('/static/'))) {
      t.equal((await visiting.get(file)).status, 200, file)
    }
    t.match((await visiting.get(`${base}/queues`)).headers['set-cookie'] ?? [...visiting.cookies].join(), 'rqd_')
    const done = await visiting.act(base, 'queue-pause', { queue: 'q', back: '/queues' })
    t.same([done.status, done.headers.location], [303, `${base}/queues`])
    t.match((await visiting.get(`${base}/queues`)).text, /Queue q is paused.*badge paused/s)
    const live = await fetch(`${origin}${base}/live`)
    t.match(live.headers.get('content-type'), 'text/event-stream')
    const { value } = await live.body!.getReader().read()
    t.match(Buffer.from(value ?? []).toString(), 'retry:')
  })
}

t.test('C11 embedding: the application says who may look, and who may act', async (t) => {
  const users: Authenticate = async ({ headers }: IncomingMessage) => {
    const name = String(headers['x-user'])
    if (name === 'broken') throw new Error('the database of users is away')
    return name === 'ada' ? ada : name === 'bob' ? { name, role: 'view' } : null
  }
  const { board, logger } = await setup(t, users)
  const visiting = new Visiting(await listen(t, createServer(board.handler)))
  for (const path of ['/', '/queues', '/live', '/queues?token=x', '/sign-in']) {
    const { status, text } = await visiting.get(path, { 'x-user': 'eve' })
    t.equal(status, 403, path)
    t.equal(text, 'You may not see this dashboard.\n')
  }
  t.equal((await visiting.post('/sign-in', { token: 'x' }, { 'x-user': 'eve' })).status, 403)
  const seen = await visiting.get('/queues?token=x', { 'x-user': 'bob' })
  t.equal(seen.status, 200, 'a token means nothing here')
  t.notMatch(seen.text, '/do/')
  const acting = await visiting.get('/queues', { 'x-user': 'ada' })
  const csrf = /name="csrf" value="([^"]+)"/.exec(acting.text)?.[1] ?? ''
  t.equal((await visiting.post('/do/queue-pause', { csrf, queue: 'q' }, { 'x-user': 'bob' })).status, 403)
  t.equal((await visiting.post('/do/queue-pause', { csrf, queue: 'q' }, { 'x-user': 'ada' })).status, 303)
  t.match(logger.fields.at(-1), { action: 'queue-pause', caller: 'ada' })
  const broken = await visiting.get('/queues', { 'x-user': 'broken' })
  t.equal(broken.status, 500)
  t.notMatch(broken.text, 'database')
  t.match(logger.fields.at(-1), { error: 'the database of users is away' })
})

t.test('C11 embedding: processes with one secret take forms of each other; with others they do not', async (t) => {
  const { redis } = await setup(t)
  const serve = (secret?: string): Promise<string> => {
    const options = { connection: redis.client, authenticate: () => ada, ...(secret === undefined ? {} : { secret }) }
    return listen(t, createServer(createDashboard(options).handler))
  }
  const sends = async (from: string, to: string): Promise<number> => {
    const visiting = new Visiting(from)
    const csrf = await visiting.csrf('/queues')
    const [id] = visiting.cookies.values()
    const other = new Visiting(to)
    other.cookies.set(`rqd_${new URL(to).port}`, id ?? '')
    return (await other.post('/do/queue-pause', { csrf, queue: 'q' })).status
  }
  const secret = 'one secret for all'
  t.equal(await sends(await serve(secret), await serve(secret)), 303)
  t.equal(await sends(await serve(secret), await serve()), 403)
  t.throws(() => createDashboard({ connection: redis.client, authenticate: () => ada, secret: 'short' }), {
    code: 'RQD_BAD_OPTION',
    message: 'secret has 5 characters; expected 16 or more',
  })
})

t.test('C11 embedding: an application on Fastify closes while a page is followed live', async (t) => {
  const { board } = await setup(t)
  const app = Fastify()
  await app.register(board.fastify, { prefix: '/rq' })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const live = await fetch(`${origin}/rq/live`)
  let isOver = false
  void live.text().then(() => (isOver = true))
  await app.close()
  await waitFor('the page to hear the end', () => isOver)
})

t.test('C11 embedding: the application keeps its own bodies and its connection', async (t) => {
  const { redis, board } = await setup(t)
  const { origin } = await onFastify(t, board, '/rq', '/rq')
  const reply = await fetch(`${origin}/own`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  })
  t.same(await reply.json(), { a: 1 })
  await board.close()
  t.equal(await pingOf(redis), 'PONG')
})

const pingOf = ({ client }: TestRedis): Promise<string> => client.ping()
