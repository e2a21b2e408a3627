import t, { type Test } from 'tap'
import { type IncomingMessage, get as request } from 'node:http'
import { waitFor } from '../../../helpers/wait-for.js'
import { operateToken, viewToken } from '../support.js'
import { startTenants } from './site.js'
import { tenantStatus } from '../../../helpers/tenant-status.js'

const paths = ['/', '/queues', '/jobs', '/failures', '/workers', '/schedule', '/daemons', '/job?id=of-ann']

t.test('C11 tenants: without a token neither the list nor a tenant is shown, nor whether there is one', async (t) => {
  const { visitor } = await startTenants(t)
  const [there, missing] = await Promise.all(['ann', 'zed'].map((name) => visitor().get(`/tenants/${name}/jobs`)))
  t.equal(there?.text.replaceAll('ann', 'zed'), missing?.text)
  for (const path of ['/', '/tenants/ann/', '/tenants/ann/live', '/tenants/zed/', '/live', '/nothing']) {
    const { status, text } = await visitor().get(path)
    t.equal(status, 401, path)
    t.notMatch(text, 'bob', path)
  }
})

t.test('C11 tenants: the list tells how each of them is, and leads to its dashboard', async (t) => {
  const { signedIn, make, tenants } = await startTenants(t)
  await make.ann.enqueue(['a', 'b', 'c'])
  tenants[1] = tenantStatus('bob', { weight: 2, state: 'paused', connected: false, roundTripMs: null, running: 12_345 })
  const visiting = await signedIn()
  const { status, text } = await visiting.get('/')
  t.equal(status, 200)
  const rows = [...text.matchAll(/<tr id="tenant-(\w+)">(.*?)<\/tr>/gs)].map(([, name, row = '']) => [
    name,
    /href="([^"]+)"/.exec(row)?.[1],
    row
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ])
  t.same(rows, [
    ['ann', '/tenants/ann/', 'ann running 3 1 1'],
    ['bob', '/tenants/bob/', 'bob paused Redis does not answer 0 12,345 2'],
  ])
  t.match(text, '<title>Tenants · rqd</title>')
  t.match(await visiting.get('/tenants'), { status: 303, headers: { location: '/' } })
  t.match((await (await signedIn(viewToken)).get('/')).text, 'view only')
})

t.test('C11 tenants: a dashboard names its tenant, leads to the list, and stays below its place', async (t) => {
  const { signedIn, make } = await startTenants(t, '/rq')
  await make.ann.enqueue('of-ann')
  const visiting = await signedIn()
  for (const path of paths) {
    const { status, text } = await visiting.get(`/rq/tenants/ann${path}`)
    t.equal(status, 200, path)
    t.match(text, /<nav class="tenant"[^>]*><a href="\/rq\/" data-key="t">Tenants<\/a><strong[^>]*>ann<\/strong>/, path)
    t.match(text, /<title>[^<]* · ann · rqd<\/title>/, path)
    const places = [...text.matchAll(/ (?:href|src|action|data-live-url)="([^"#][^"]*)"/g)].map(([, place]) => place)
    t.same(
      places.filter((place) => place !== '/rq/' && place?.startsWith('/rq/tenants/ann/') !== true),
      [],
      path,
    )
  }
  t.equal((await visiting.get('/rq/tenants/ann')).status, 200)
  t.match(await visiting.get('/rq/tenants/ann/static/app.js'), { status: 200, text: /stayLive/ })
  t.match(await visiting.get('/rq/static/style.css'), { status: 200 })
})

t.test('C11 tenants: one sign-in serves all, by the list, by a tenant, or by an address with a token', async (t) => {
  const { visitor } = await startTenants(t)
  for (const [base, other] of [
    ['', '/tenants/ann'],
    ['/tenants/ann', '/tenants/bob'],
    ['/tenants/bob', ''],
  ] as const) {
    const byForm = visitor()
    t.match(await byForm.post(`${base}/sign-in`, { token: 'wrong' }), { status: 401 })
    const inside = await byForm.post(`${base}/sign-in`, { token: operateToken })
    t.match(inside, { status: 303, headers: { location: `${base}/` } })
    t.match(inside.headers['set-cookie'], [/^rqd_\d+=[\w-]{43}; Path=\/; HttpOnly/])
    t.equal((await byForm.get(`${other}/`)).status, 200)
    const byAddress = visitor()
    const moved = await byAddress.get(`${base}/?token=${operateToken}&range=1h`)
    t.match(moved, { status: 303, headers: { location: `${base}/?range=1h` } })
    t.equal((await byAddress.get(`${other}/`)).status, 200)
    const before = new Map(byAddress.cookies)
    const signedOut = await byAddress.post(`${base}/sign-out`, { csrf: await byAddress.csrf(`${base}/`) })
    t.match(signedOut, { status: 303, headers: { location: `${base}/` } })
    byAddress.cookies.clear()
    for (const [name, value] of before) byAddress.cookies.set(name, value)
    for (const place of ['/', '/tenants/ann/', '/tenants/bob/'])
      t.equal((await byAddress.get(place)).status, 401, `signed out of ${place}`)
  }
})

t.test(
  'C11 tenants: what is of one tenant shows on no page of another, and cannot be acted on from there',
  async (t) => {
    const { signedIn, make } = await startTenants(t)
    await make.ann.enqueue('of-ann', { queue: 'only-ann', fields: { description: 'secret of ann' } })
    await make.ann.register('sup-of-ann', { queues: ['only-ann'] })
    await make.bob.enqueue('of-bob')
    const visiting = await signedIn()
    t.match((await visiting.get('/tenants/ann/jobs')).text, 'secret of ann')
    for (const path of [
      ...paths.filter((each) => !each.startsWith('/job?')),
      '/jobs?queue=only-ann',
      '/jobs?find=of-ann',
    ]) {
      const { text } = await visiting.get(`/tenants/bob${path}`)
      t.notMatch(text.replaceAll('value="of-ann"', '').replaceAll('only-ann"', ''), /secret of ann|sup-of-ann/, path)
    }
    t.match(await visiting.get('/tenants/bob/job?id=of-ann'), { status: 404 })
    await visiting.act('/tenants/bob', 'job-delete', { id: 'of-ann', confirmed: 'yes' })
    t.match(await visiting.get('/tenants/ann/job?id=of-ann'), { status: 200, text: /secret of ann/ })
  },
)

t.test(
  'C11 tenants: an action holds for its tenant alone, is told on its pages, and names it in the log',
  async (t) => {
    const { signedIn, logger, make } = await startTenants(t)
    await make.ann.enqueue('a')
    await make.bob.enqueue('b')
    const visiting = await signedIn()
    const done = await visiting.act('/tenants/ann', 'queue-pause', { queue: 'q', back: '/queues?a=b' })
    t.match(done, { status: 303, headers: { location: '/tenants/ann/queues?a=b' } })
    const ofBob = await visiting.get('/tenants/bob/queues')
    t.notMatch(ofBob.text, /Queue q is paused|badge paused/)
    t.notMatch((await visiting.get('/')).text, 'Queue q is paused')
    const ofAnn = await visiting.get('/tenants/ann/queues')
    t.match(ofAnn.text, 'Queue q is paused')
    t.match(ofAnn.text, 'badge paused')
    t.match(logger.fields[logger.lines.indexOf('info dashboard action')], { action: 'queue-pause', tenant: 'ann' })
    const away = await visiting.act('/tenants/ann', 'queue-resume', { queue: 'q', back: '//evil.example' })
    t.match(away, { status: 303, headers: { location: '/tenants/ann/' } })
  },
)

t.test('C11 tenants: forged forms are refused below a tenant and on the list', async (t) => {
  const { signedIn } = await startTenants(t)
  const visiting = await signedIn()
  const other = await (await signedIn()).csrf('/')
  for (const path of ['/sign-out', '/tenants/ann/sign-out', '/tenants/ann/do/queue-pause'])
    for (const form of [{}, { csrf: other }])
      t.match(await visiting.post(path, { queue: 'q', ...form }), { status: 403, text: /^Refused: / }, path)
  const csrf = await visiting.csrf('/')
  t.match(await visiting.post('/sign-out', { csrf }, { origin: 'http://evil.example' }), { status: 403 })
  t.match(await visiting.post('/do/queue-pause', { csrf, queue: 'q' }), { status: 404 }, 'the list has no actions')
  t.equal((await visiting.get('/')).status, 200, 'still signed in')
})

t.test('C11 tenants: what is not there is said so, with what keeps browsers from making more of it', async (t) => {
  const { signedIn } = await startTenants(t)
  const visiting = await signedIn()
  t.match(await visiting.get('/tenants/zed/'), { status: 404, text: /there is no tenant zed/ })
  t.match(await visiting.get('/tenants/%3Cscript%3E/'), { status: 404 })
  t.match(await visiting.get('/queues'), { status: 404, text: /there is no page \/queues here/ })
  t.match(await visiting.get('/tenants/ann/nothing'), { status: 404, text: /there is no page \/nothing here/ })
  for (const path of ['/', '/tenants/zed/', '/tenants/ann/', '/static/nothing']) {
    const { headers, text } = await visiting.get(path)
    t.match(headers['content-security-policy'], /default-src 'none'; script-src 'self'; style-src 'self'/, path)
    t.match(headers, { 'x-frame-options': 'DENY', 'cache-control': 'no-store' }, path)
    t.notMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/(?:tenants\/ann\/)?static\/)|javascript:/i, path)
  }
  t.match(await visiting.get('/', {}, 'PUT'), { status: 405 })
  t.match(await visiting.get('/', {}, 'HEAD'), { status: 200, text: '' })
})

t.test('C11 tenants: the list and each dashboard are followed live by themselves', async (t) => {
  // What a dashboard shows is new with every minute as well: it is looked at anew where one has ended meanwhile.
  for (;;) {
    const beganMin = minuteNow()
    const found = await followAll(t)
    if (minuteNow() !== beganMin) continue
    t.same(found, [2, 1])
    return
  }
})

function minuteNow(): number {
  return Math.floor(Date.now() / 60_000)
}

/** What the dashboards of ann and bob were told while something happened to ann, and then to bob as the list shows him. */
async function followAll(t: Test): Promise<[ann: number, bob: number]> {
  const { signedIn, origin, make, tenants } = await startTenants(t)
  const visiting = await signedIn()
  const cookie = [...visiting.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const follow = async (path: string): Promise<() => number> => {
    let text = ''
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${origin}${path}`, { headers: { cookie }, agent: false }, resolve)
      sent.on('error', reject)
      t.teardown(() => sent.destroy())
    })
    t.match(reply.headers, { 'content-type': 'text/event-stream' }, path)
    reply.setEncoding('utf8').on('data', (part: string) => (text += part))
    reply.on('error', () => undefined)
    return () => text.split('event: change').length - 1
  }
  const [list, ann, bob] = await Promise.all([
    follow('/live'),
    follow('/tenants/ann/live'),
    follow('/tenants/bob/live'),
  ])
  await waitFor('the first looks', () => list() >= 1 && ann() >= 1 && bob() >= 1)
  await make.ann.enqueue('job')
  await waitFor('the list and ann to change', () => list() >= 2 && ann() >= 2)
  tenants[1] = tenantStatus('bob', { state: 'paused', running: 1 })
  await waitFor('the list to change', () => list() >= 3)
  return [ann(), bob()]
}
