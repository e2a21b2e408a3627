import t, { type Test } from 'tap'
import { Factory } from '../../helpers/factory.js'
import { type Got, type TestSite, operateToken, startSite, viewToken } from './support.js'

/** A dashboard over a queue `q` with one job. */
async function setup(t: Test, options: Parameters<typeof startSite>[1] = {}): Promise<TestSite & { make: Factory }> {
  const site = await startSite(t, options)
  const make = new Factory(site.redis.client)
  await make.enqueue('job')
  return { ...site, make }
}

const isPaused = async ({ signedIn }: TestSite): Promise<boolean> =>
  (await (await signedIn()).get('/queues')).text.includes('badge paused')

t.test('C11 dashboard: without a token nothing is shown but a form that asks for it', async (t) => {
  const { visitor } = await setup(t)
  for (const path of ['/', '/queues', '/nothing', '/live']) {
    const { status, text } = await visitor().get(path)
    t.equal(status, 401, path)
    t.match(text, 'type="password"')
    t.notMatch(text, 'Queues')
  }
  const posted = await visitor().post('/do/queue-pause', { queue: 'q' })
  t.equal(posted.status, 401)
})

t.test('C11 dashboard: a token lets in by the form, by an address that does not stay, or by a header', async (t) => {
  const { visitor } = await setup(t)
  const byForm = visitor()
  t.match(await byForm.post('/sign-in', { token: 'wrong' }), { status: 401, text: /That is not a token/ })
  t.equal((await byForm.get('/queues')).status, 401)
  const inside = await byForm.post('/sign-in', { token: operateToken })
  t.match(inside, { status: 303, headers: { location: '/' } })
  t.match(inside.headers['set-cookie'], [/HttpOnly; SameSite=Lax/])
  t.equal((await byForm.get('/queues')).status, 200)

  const byAddress = visitor()
  t.match(await byAddress.get('/queues?token=wrong&x=1'), { status: 401 })
  const moved = await byAddress.get(`/queues?token=${operateToken}&x=1`)
  t.match(moved, { status: 303, headers: { location: '/queues?x=1' } })
  t.equal((await byAddress.get('/queues')).status, 200)

  t.equal((await visitor().get('/queues', { authorization: `Bearer ${viewToken}` })).status, 200)
})

t.test('C11 dashboard: signing in gives a new id, and signing out ends it', async (t) => {
  const { visitor } = await setup(t, {
    admission: { kind: 'tokens', rules: { operate: operateToken, view: viewToken, withoutToken: 'view' } },
  })
  const visiting = visitor()
  await visiting.get('/queues')
  const before = new Map(visiting.cookies)
  await visiting.post('/sign-in', { token: operateToken })
  t.notSame([...visiting.cookies], [...before])
  const inside = new Map(visiting.cookies)
  t.match((await visiting.get('/queues')).text, 'Sign out')
  t.match(await visiting.post('/sign-out', { csrf: await visiting.csrf('/queues') }), { status: 303 })
  visiting.cookies.clear()
  for (const [name, value] of inside) visiting.cookies.set(name, value)
  t.notMatch((await visiting.get('/queues')).text, 'Sign out', 'the old cookie is worth nothing')
})

t.test('C11 dashboard: whoever may only look sees no form, and a form that is made by hand is refused', async (t) => {
  const site = await setup(t)
  const visiting = await site.signedIn(viewToken)
  const { text } = await visiting.get('/queues')
  t.match(text, 'view only')
  t.notMatch(text, '/do/')
  const csrf = await visiting.csrf('/queues')
  t.match(await visiting.post('/do/queue-pause', { csrf, queue: 'q' }), { status: 403, text: /look, but not act/ })
  t.notOk(await isPaused(site))
})

t.test('C11 dashboard: an action is done, told once, and written to the log with who did it', async (t) => {
  const site = await setup(t)
  const visiting = await site.signedIn()
  const done = await visiting.act('', 'queue-pause', { queue: 'q', back: '/queues?a=b' })
  t.match(done, { status: 303, headers: { location: '/queues?a=b' } })
  t.notMatch((await visiting.get('/queues', { 'x-rqd-live': '1' })).text, 'Queue q is paused', 'a refresh takes none')
  t.match((await visiting.get('/queues')).text, 'Queue q is paused')
  t.notMatch((await visiting.get('/queues')).text, 'Queue q is paused', 'once')
  t.ok(await isPaused(site))
  const at = site.logger.lines.indexOf('info dashboard action')
  t.match(site.logger.fields[at], { action: 'queue-pause', outcome: 'ok', caller: 'token to operate' })
  t.match(site.logger.fields[at]?.['params'], '"queue":"q"')
  t.notMatch(JSON.stringify(site.logger.fields), /csrf/)
})

t.test('C11 dashboard: what an action refuses is told on the next page, and in the log', async (t) => {
  const site = await setup(t)
  const visiting = await site.signedIn()
  const refused = await visiting.act('', 'queue-pause', { back: '/queues' })
  t.match(refused, { status: 303, headers: { location: '/queues' } })
  t.match((await visiting.get('/queues')).text, /class="note refused"[^>]*>the form has no field &quot;queue&quot;/)
  t.match(site.logger.fields.at(-1), { outcome: 'RQD_BAD_OPTION' })
  t.match(await visiting.act('', 'explode', {}), { status: 404, text: /no action/ })
  t.match(await visiting.act('', 'constructor', {}), { status: 404 })
})

t.test('C11 dashboard: a forged request is refused, and nothing is done', async (t) => {
  const site = await setup(t)
  const visiting = await site.signedIn()
  const csrf = await visiting.csrf('/queues')
  const other = await (await site.signedIn()).csrf('/queues')
  const forgeries: [string, Record<string, string>, Record<string, string>][] = [
    ['of another origin', { csrf }, { origin: 'http://evil.example' }],
    ['of another port', { csrf }, { origin: 'http://127.0.0.1:1' }],
    ['of a page without an origin', { csrf }, { origin: 'null' }],
    ['of another site', { csrf }, { 'sec-fetch-site': 'cross-site' }],
    ['of a neighbour', { csrf }, { 'sec-fetch-site': 'same-site' }],
    ['without the field', {}, {}],
    ['with a wrong field', { csrf: `${csrf}x` }, {}],
    ['with that of another visitor', { csrf: other }, {}],
  ]
  for (const [what, form, headers] of forgeries) {
    const { status, text } = await visiting.post('/do/queue-pause', { queue: 'q', ...form }, headers)
    t.equal(status, 403, what)
    t.match(text, 'Refused: ', what)
  }
  t.match(await visiting.post('/sign-out', {}), { status: 403 })
  t.notOk(await isPaused(site))
  t.equal(site.logger.count('info dashboard action'), 0)
  t.equal((await visiting.get('/do/queue-pause?queue=q')).status, 404, 'a link does nothing')
})

t.test('C11 dashboard: no form and no address leads elsewhere', async (t) => {
  const site = await setup(t)
  const visiting = await site.signedIn()
  for (const back of ['//evil.example', '/\\evil.example', 'http://evil.example', 'javascript:alert(1)', '', '\\/x']) {
    const { status, headers } = await visiting.act('', 'queue-pause', { queue: 'q', back })
    t.same([status, headers.location], [303, '/'], back)
  }
  const moved = await site.visitor().get(`//evil.example/?token=${operateToken}`)
  t.same([moved.status, moved.headers.location], [303, '/'])
})

t.test('C11 dashboard: what is not there, and what is asked in another way, is said so', async (t) => {
  const { signedIn } = await setup(t)
  const visiting = await signedIn()
  t.match(await visiting.get('/nothing%3Cscript%3E'), { status: 404, text: /there is no page/ })
  t.match(await visiting.get('/static/nothing.js'), { status: 404 })
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    t.match(await visiting.get('/queues', {}, method), { status: 405, headers: { allow: 'GET, HEAD, POST' } }, method)
  const head = await visiting.get('/queues', {}, 'HEAD')
  t.match(head, { status: 200, text: '' })
  t.ok(Number(head.headers['content-length']) > 1_000)
})

t.test(
  'C11 dashboard: every answer keeps browsers from making more of it, and no page holds a script or a style',
  async (t) => {
    const { signedIn, visitor } = await setup(t)
    const visiting = await signedIn()
    const answers: [string, Got][] = [
      ['sign in', await visitor().get('/')],
      ['wrong token', await visitor().post('/sign-in', { token: 'x' })],
      ['overview', await visiting.get('/')],
      ['queues', await visiting.get('/queues')],
      ['no page', await visiting.get('/nothing')],
      ['file', await visiting.get('/static/app.js')],
      ['no file', await visiting.get('/static/nothing')],
      ['action', await visiting.act('', 'queue-pause', { queue: 'q' })],
      ['forgery', await visiting.post('/do/queue-pause', {})],
      ['method', await visiting.get('/', {}, 'PUT')],
    ]
    for (const [what, { headers, text }] of answers) {
      const policy = String(headers['content-security-policy'])
      t.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/, what)
      t.match(policy, /frame-ancestors 'none'; base-uri 'none'/, what)
      t.notMatch(policy, /unsafe|\*|data:|https?:/, what)
      t.match(
        headers,
        { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin' },
        what,
      )
      t.match(headers['cache-control'], what === 'file' ? 'no-cache' : 'no-store', what)
      if (!String(headers['content-type']).startsWith('text/html')) continue
      t.notMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/static\/)|javascript:/i, what)
      t.notMatch(text.replaceAll('http://www.w3.org', ''), /(?:src|href|action)="(?:https?:)?\/\//, what)
    }
  },
)

t.test('C11 dashboard: Redis away is a page that says so, and over when it is back', async (t) => {
  const { redis, signedIn } = await setup(t)
  const visiting = await signedIn()
  redis.client.options.maxRetriesPerRequest = 0
  redis.signal('SIGKILL')
  await new Promise((resolve) => redis.client.once('close', resolve))
  const { status, text } = await visiting.get('/queues')
  t.ok(status >= 500, `status ${status}`)
  t.match(text, /<h1>This cannot be shown/)
  // Else what asks whether the new server is there fails with the first attempt that comes too early.
  redis.client.options.maxRetriesPerRequest = null
  await redis.restart()
  t.equal((await visiting.get('/queues')).status, 200)
})
