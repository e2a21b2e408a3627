import t from 'tap'
import { Queue } from '../../../../src/index.js'
import { startDashboard } from '../harness.js'

const evil = '"><script>alert(1)</script>'

t.test('C11: jobs by state, in pages that a cursor leads through', async (t) => {
  const { client, factory, get } = await startDashboard(t)
  await factory.enqueue(Array.from({ length: 70 }, (_, i) => `j${i}`))
  const first = await get('/jobs?status=queued')
  t.equal(first.status, 200)
  t.equal(first.html.match(/class="open id"/g)?.length, 50)
  t.match(first.html, /queued <span class="number">70</)
  const next = /rel="next" href="([^"]+)"/.exec(first.html)?.[1] ?? ''
  const second = await get(next.replaceAll('&amp;', '&'))
  t.equal(second.html.match(/class="open id"/g)?.length, 20)
  t.notMatch(second.html, /rel="next"/)
  await client.del('rq:job:j0')
  t.match((await get('/jobs')).html, /<span class="badge gone">gone</)
})

t.test('C11: a scheduled job says when it is due', async (t) => {
  const { client, get } = await startDashboard(t)
  const later = await new Queue('q', { connection: client }).enqueueAt(new Date('2100-01-01T00:00:00Z'), 'tasks.later')
  const { html } = await get('/jobs?status=scheduled')
  t.match(html, `href="/job?id=${later.id}"`)
  t.match(html, /<td>due <time datetime="2100-01-01T00:00:00.000Z"/)
})

t.test('C11: names with line breaks come back from their forms', async (t) => {
  const { factory, get } = await startDashboard(t)
  await factory.enqueue('two\nlines', { queue: 'q\nr' })
  const { html } = await get('/jobs')
  t.match(html, 'name="id" value="json:&quot;two\\nlines&quot;"')
  t.match(html, '<option value="json:&quot;q\\nr&quot;"')
  t.notMatch(html, /value="[^"]*[\r\n]/)
})

t.test('C11: a rare function is found in a long list, some jobs at a time', async (t) => {
  const { client, factory, get } = await startDashboard(t)
  await factory.enqueue(Array.from({ length: 1_100 }, (_, i) => `j${i}`))
  await new Queue('q', { connection: client }).enqueueCall({ func: 'rare.one', jobId: 'rare' })
  const first = await get('/jobs?func=rare.*')
  t.match(first.html, /looked at 600 jobs, 0 match/)
  const next = /rel="next" href="([^"]+)"/.exec(first.html)?.[1] ?? ''
  t.match(next, /func=rare/)
  t.match((await get(next.replaceAll('&amp;', '&'))).html, /href="\/job\?id=rare"/)
})

t.test('C11: an id that is looked for is gone to; where there is none, what else can be looked for', async (t) => {
  const { factory, get } = await startDashboard(t)
  await factory.enqueue('here')
  t.match(await get('/jobs?find=here'), { status: 303, headers: { location: '/job?id=here' } })
  const none = await get(`/jobs?find=${encodeURIComponent(evil)}`)
  t.equal(none.status, 404)
  t.match(none.html, /There is no job with the id/)
  t.notMatch(none.html, /<script>alert/)
})

t.test('C12: what an address asks for wrongly is named', async (t) => {
  const { get } = await startDashboard(t)
  t.match(await get('/jobs?status=lost'), { status: 400, html: /expected one of queued, started/ })
  t.match(await get('/jobs?older-than=soon'), { status: 400, html: /older than is .*soon/ })
  t.match(await get('/jobs?cursor=x'), { status: 400 })
})

t.test('C11: whoever may only look is offered no action', async (t) => {
  const { factory, get } = await startDashboard(t, 'view')
  await factory.enqueue('here')
  t.notMatch((await get('/jobs')).html, /checkbox|Delete chosen/)
  t.notMatch((await get('/job?id=here')).html, /\/do\//)
})
