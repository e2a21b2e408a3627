import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { Visiting } from '../daemon/dashboard/support.js'
import { plainNode } from '../helpers/environment.js'
import { Factory } from '../helpers/factory.js'
import { compiledRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('C11 the example on Express: its users look, its admin acts, and it stops', async (t) => {
  const redis = await startRedis(t)
  await new Factory(redis.client).enqueue('job')
  const child = spawn(...plainNode([join(compiledRoot, 'examples/dashboard.js'), '0']), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, REDIS_URL: redis.url, PASSWORD: 'open sesame' },
  })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  const ended = once(child, 'close')
  t.teardown(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await ended
  })
  const [, origin = ''] = await waitFor('the example to listen', () => /^(http:\S+)\/rq\n/.exec(output))
  const visiting = new Visiting(origin)
  const as = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:open sesame`).toString('base64')}` })
  t.match(await visiting.get('/rq/queues'), { status: 401, headers: { 'www-authenticate': 'Basic realm="jobs"' } })
  t.match((await visiting.get('/rq/queues', as('ada'))).text, 'view only')
  const { text } = await visiting.get('/rq/queues', as('admin'))
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? ''
  t.equal((await visiting.post('/rq/do/queue-pause', { csrf, queue: 'q' }, as('ada'))).status, 403)
  t.equal((await visiting.post('/rq/do/queue-pause', { csrf, queue: 'q' }, as('admin'))).status, 303)
  t.match((await visiting.get('/rq/queues', as('admin'))).text, 'badge paused')
  const live = await fetch(`${origin}/rq/live`, { headers: as('ada') })
  child.kill('SIGTERM')
  t.same(await ended, [0, null])
  await live.text()
})
