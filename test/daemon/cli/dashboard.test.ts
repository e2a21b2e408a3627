import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { dashboardToken, startDashboard } from '../../helpers/dashboard.js'
import { rqctl } from '../../helpers/daemon.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { Visiting } from '../dashboard/support.js'

t.test('C11 rqctl dashboard serves from Redis alone, tells what it does, and stops by a signal', async (t) => {
  const redis = await startRedis(t)
  await new Factory(redis.client).enqueue('job')
  const dashboard = await startDashboard(t, redis)
  const { origin, token } = dashboard
  t.equal(token, dashboardToken)
  t.match(dashboard.stdout(), /^Dashboard: http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\nCtrl\+C stops it\.\n$/)
  const visiting = new Visiting(origin)
  t.equal((await visiting.get('/')).status, 401)
  t.match(await visiting.get(`/?token=${token}`), { status: 303, headers: { location: '/' } })
  t.equal((await visiting.act('', 'queue-pause', { queue: 'q', back: '/queues' })).status, 303)
  t.match((await visiting.get('/queues')).text, 'badge paused')
  await waitFor('a line about what was done', () => dashboard.stderr().includes('dashboard action action=queue-pause'))
  t.notMatch(dashboard.stderr(), token)
  const live = await fetch(`${origin}/live`, { headers: { authorization: `Bearer ${token}` } })
  t.equal(live.status, 200)
  dashboard.signal('SIGTERM')
  t.equal(await dashboard.ended, 0, 'a page that is followed does not hold it up')
  await live.text()
})

t.test('C11 rqctl dashboard makes up a token of its own, another each time; --json, --view', async (t) => {
  const redis = await startRedis(t)
  await new Factory(redis.client).enqueue('job')
  const none = { RQD_HTTP_TOKEN: '' }
  const [one, two] = await Promise.all([
    startDashboard(t, redis, ['--json', '--view'], none),
    startDashboard(t, redis, [], none),
  ])
  t.ok(one.token.length >= 24 && two.token.length >= 24)
  t.not(one.token, two.token)
  t.same(JSON.parse(one.stdout()), { address: new URL(one.origin).host, token: one.token })
  const visiting = new Visiting(one.origin)
  await visiting.get(`/?token=${one.token}`)
  const { text } = await visiting.get('/queues')
  t.match(text, 'view only')
  t.notMatch(text, '/do/')
})

t.test('C11 rqctl dashboard turns foreign names away, but takes those it was given', async (t) => {
  const redis = await startRedis(t)
  const { origin, token } = await startDashboard(t, redis, ['--http-host', 'box.lan'])
  const visiting = new Visiting(origin)
  const authorization = `Bearer ${token}`
  t.equal((await visiting.get('/', { authorization, host: 'evil.example' })).status, 403)
  t.equal((await visiting.get('/', { authorization, host: 'box.lan' })).status, 200)
  t.equal((await visiting.get('/', { authorization, host: 'localhost:1' })).status, 200)
})

t.test('C11 rqctl dashboard says so when Redis is away, and goes on when it is back', async (t) => {
  const redis = await startRedis(t)
  const { origin, token } = await startDashboard(t, redis)
  const visiting = new Visiting(origin)
  const ask = () => visiting.get('/queues', { authorization: `Bearer ${token}` })
  t.equal((await ask()).status, 200)
  redis.signal('SIGKILL')
  await new Promise((resolve) => redis.client.once('close', resolve))
  const { status, text } = await ask()
  t.equal(status, 503)
  t.match(text, '<code>RQD_REDIS</code>')
  await redis.restart()
  await waitFor('the page to be back', async () => (await ask()).status === 200)
})

t.test('C11 rqctl dashboard says at once that there is no Redis, and what is wrong with an address', async (t) => {
  const none = await rqctl(['--url', 'unix:///nowhere/redis.sock', 'dashboard', '--http', '127.0.0.1:0'])
  t.not(none.code, 0)
  t.match(none.stderr, 'Redis')
  const wrong = await rqctl(['dashboard', '--http', 'everywhere'])
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, 'the address of the HTTP listener is "everywhere"')
})

t.test('rqctl dashboard --tenant shows the queues of that tenant alone', async (t) => {
  const redis = await startRedis(t)
  for (const [prefix, queue] of [
    ['{ann}:rq', 'of-ann'],
    ['rq', 'of-all'],
  ] as const) {
    await redis.client.sadd(createKeys(prefix).queues, createKeys(prefix).queue(queue))
  }
  const { origin, token } = await startDashboard(t, redis, ['--tenant', 'ann'])
  const { text } = await new Visiting(origin).get('/queues', { authorization: `Bearer ${token}` })
  t.match(text, 'of-ann')
  t.notMatch(text, 'of-all')
})
