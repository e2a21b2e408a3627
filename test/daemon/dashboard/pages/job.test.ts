import t from 'tap'
import { Decimal, Queue, Tuple } from '../../../../src/index.js'
import { writePickle } from '../../../../src/serial/pickle/writer.js'
import { startDashboard } from '../harness.js'

const evil = '"><script>alert(1)</script>'

t.test('C11: a failed job: verdict, times, call, traceback, what can be done', async (t) => {
  const { factory, get } = await startDashboard(t)
  const claim = await factory.running('bad')
  await factory.fail([claim])
  const { status, html } = await get('/job?id=bad')
  t.equal(status, 200)
  t.match(html, /<span class="badge failed">failed</)
  t.match(html, /<code>tasks\.add<\/code>/)
  t.match(html, /<ol class="timeline"/)
  for (const action of ['job-requeue', 'job-delete']) t.match(html, `action="/do/${action}"`)
  for (const action of ['job-stop', 'job-cancel']) t.notMatch(html, `action="/do/${action}"`)
})

t.test('C11: what waits can be canceled, what runs can be stopped', async (t) => {
  const { factory, get } = await startDashboard(t)
  await factory.running('runs')
  await factory.enqueue('waits')
  t.match((await get('/job?id=runs')).html, /job-stop/)
  const { html } = await get('/job?id=waits')
  t.match(html, /job-cancel/)
  t.match(html, /on queue q, the next in line/)
})

t.test('C11: pickles, undecodable data and scripts in every field are shown, and do nothing', async (t) => {
  const { client, get } = await startDashboard(t)
  const call = Tuple.wrap(['m.f', null, Tuple.wrap([new Decimal('1.5'), new Uint8Array([0]), evil]), { [evil]: evil }])
  const fields = { status: evil, origin: evil, description: evil, worker_name: evil, success_callback_name: evil }
  const more = {
    group_id: evil,
    created_at: evil,
    meta: JSON.stringify({ [evil]: [evil] }),
    dependency_ids: JSON.stringify([evil]),
  }
  await client.hset(`rq:job:${evil}`, { ...fields, ...more, data: Buffer.from(writePickle(call)) })
  await client.hset('rq:job:damaged', { ...fields, data: Buffer.from([0x80, 9, 1]), exc_info: evil })
  const whole = await get(`/job?id=${encodeURIComponent(evil)}`)
  t.equal(whole.status, 200)
  t.match(whole.html, /Python decimal\.Decimal 1\.5/)
  t.match(whole.html, /1 bytes, in base64/)
  t.match(whole.html, /&lt;script>alert\(1\)/)
  t.notMatch(whole.html, /<script>alert/)
  const damaged = await get('/job?id=damaged')
  t.equal(damaged.status, 200)
  t.match(damaged.html, /bad pickle/)
  t.notMatch(damaged.html, /<script>alert/)
})

t.test('C11: a value of any size or depth makes a page of bounded size', async (t) => {
  const { client, get } = await startDashboard(t)
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100; i++) deep = [deep]
  const args = [
    deep,
    Array.from({ length: 3_000 }, (_, i) => i),
    Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 'x')),
  ]
  await new Queue('q', { connection: client }).enqueueCall({ func: 'm.f', jobId: 'big', args })
  const { html } = await get('/job?id=big')
  t.match(html, /deeper than is shown here/)
  t.match(html, /2,900 more/)
  t.ok(html.length < 300_000, String(html.length))
})

t.test('C11: dependencies are drawn, each a link, and listed', async (t) => {
  const { client, get } = await startDashboard(t)
  const queue = new Queue('q', { connection: client })
  await queue.enqueueCall({ func: 'm.first', jobId: 'first' })
  await queue.enqueueCall({ func: 'm.then', jobId: 'then', dependsOn: ['first'] })
  const { html } = await get('/job?id=then')
  t.match(html, /<svg[^>]*>.*href="\/job\?id=first".*<path|<path class="edge".*href="\/job\?id=first"/s)
  t.match(html, / after first/)
})

t.test('C11: a job that is gone is told with what is left of it', async (t) => {
  const { client, factory, get } = await startDashboard(t)
  await factory.enqueue('lost')
  await client.del('rq:job:lost')
  t.match(await get('/job?id=lost'), { status: 404, html: /Its id is still on queue/ })
  t.match(await get('/job?id=never'), { status: 404, html: /never enqueued in this Redis/ })
  t.match(await get('/job'), { status: 400 })
})
