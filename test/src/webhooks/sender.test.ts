import t, { type Test } from 'tap'
import type { LogFields } from '../../../src/logger.js'
import { systemRandom } from '../../../src/random.js'
import { WebhookSender } from '../../../src/webhooks/sender.js'
import { Factory } from '../../helpers/factory.js'
import { startHookServer } from '../../helpers/hook-server.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const redis = await startRedis(t)
const { client } = redis
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

function senderFor(t: Test, options: { backoffMs?: number } = {}): { sender: WebhookSender; logger: RecordingLogger } {
  const logger = new RecordingLogger()
  const sender = new WebhookSender({ redis: client, keys, random: systemRandom, logger, backoffMs: 5, ...options })
  t.teardown(() => sender.stop())
  return { sender, logger }
}

function entries({ lines, fields }: RecordingLogger): { sentence: string; fields: LogFields | undefined }[] {
  return lines.map((line, i) => ({ sentence: line.replace(/^\w+ /, ''), fields: fields[i] }))
}

/** As Python RQ writes one. */
function hook(url: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { url, job_status: 'finished', method: 'POST', headers: null, timeout: 10, ...more }
}

/** End a job with these webhooks. */
async function end(webhooks: unknown, outcome: 'finish' | 'fail' = 'finish', id = 'job'): Promise<void> {
  const text = typeof webhooks === 'string' ? webhooks : JSON.stringify(webhooks)
  const claim = await make.held(id, { fields: { webhooks: text } })
  await make[outcome]([claim])
}

void t.test('J4: a finished job is told of, in body and headers, and nothing is left', async (t) => {
  const server = await startHookServer(t)
  const { sender } = senderFor(t)
  await end([
    hook(`${server.url}/a?x=1`, { headers: { 'X-Mine': 'yes', 'User-Agent': 'me' } }),
    hook(`${server.url}/failed`, { job_status: 'failed' }),
    hook(`${server.url}/b`, { method: 'GET' }),
  ])
  t.equal(await sender.runOnce(), 2)
  const [a, b] = server.calls.sort((one, other) => (one.path < other.path ? -1 : 1))
  t.match(a, {
    path: '/a?x=1',
    method: 'POST',
    headers: { 'x-mine': 'yes', 'user-agent': 'me', 'content-type': 'application/json', 'x-rqd-job-id': 'job' },
  })
  const body = {
    id: 'job',
    status: 'finished',
    origin: 'q',
    func_name: 'tasks.add',
    ended_at: '2026-11-23T08:31:27.000000Z',
  }
  t.strictSame(a?.body, body)
  t.match(b, { path: '/b', method: 'GET', body: undefined, headers: { 'x-rqd-job-status': 'finished' } })
  t.strictSame(await client.keys('rqd:webhook*'), [])
  t.equal(server.calls.length, 2)
})

void t.test('a failed job is told of to those that want that, a stopped one to nobody', async (t) => {
  const server = await startHookServer(t)
  const { sender } = senderFor(t)
  const both = [hook(`${server.url}/good`), hook(`${server.url}/bad`, { job_status: 'failed' })]
  await end(both, 'fail')
  t.equal(await sender.runOnce(), 1)
  t.match(server.calls, [{ path: '/bad', body: { status: 'failed' } }])
  const [claim] = await make.enqueue('other', { fields: { webhooks: JSON.stringify(both) } }).then(() => make.claim())
  await make.fail([claim!], { status: 'stopped' })
  t.equal(await sender.runOnce(), 0)
})

void t.test('a job that leaves nothing behind is told of all the same, and one that is retried not yet', async (t) => {
  const server = await startHookServer(t)
  const { sender } = senderFor(t)
  const claim = await make.held('job', { fields: { webhooks: JSON.stringify([hook(server.url)]) } })
  await make.retry([claim])
  t.equal(await sender.runOnce(), 0)
  await make.finish(await make.claim(), { resultTtlSec: 0 })
  t.equal(await client.exists(keys.job('job')), 0)
  t.equal(await sender.runOnce(), 1)
  t.match(server.calls, [{ body: { id: 'job', status: 'finished' } }])
})

void t.test('after an error, no answer in time, or no connection it is sent again', async (t) => {
  let healthy = false
  const server = await startHookServer(t, (call, response) => {
    if (healthy) response.writeHead(200).end('thanks')
    else if (call.path === '/error') response.writeHead(500).end()
    else if (call.path === '/busy') response.writeHead(429).end()
  })
  const { sender, logger } = senderFor(t, { backoffMs: 60_000 })
  await end([
    hook(`${server.url}/error`),
    hook(`${server.url}/busy`),
    hook(`${server.url}/silent`, { timeout: 1 }),
    hook('http://127.0.0.1:2/'),
  ])
  t.equal(await sender.runOnce(), 4)
  const lines = entries(logger).filter(({ sentence }) => sentence === 'a webhook failed and is sent again')
  const why = lines.map(({ fields }) => String(fields?.['why'])).sort()
  t.match(why, [/ECONNREFUSED/, 'it answered 429', 'it answered 500', 'no answer within 1 s'])
  t.equal(await sender.runOnce(), 0, 'not before its time')
  healthy = true
  for (const entry of await client.zrange(keys.webhooks, 0, '-1')) {
    const due = Number(await client.zscore(keys.webhooks, entry))
    t.ok(due > Number((await client.time())[0]) * 1000 + 2_000, 'after a while')
    await client.zadd(keys.webhooks, 1, entry)
  }
  await sender.runOnce()
  t.equal(new Set(server.calls.map(({ headers }) => headers['x-rqd-delivery'])).size, 3, 'under the same name')
  t.equal(await client.zcard(keys.webhooks), 1)
})

void t.test('after eight attempts it is given up', async (t) => {
  const server = await startHookServer(t, (_call, response) => void response.writeHead(503).end())
  const { sender, logger } = senderFor(t)
  await end([hook(server.url)])
  await sender.start()
  await waitFor('the end', async () => (await client.exists(keys.webhooks)) === 0)
  t.equal(server.calls.length, 8)
  t.match(entries(logger).at(-1), {
    sentence: 'a webhook is given up',
    fields: { attempts: 8, why: 'it answered 503' },
  })
})

void t.test('what can never be sent is given up at once, and its secrets are not logged', async (t) => {
  const elsewhere = await startHookServer(t)
  const server = await startHookServer(t, ({ path }, response) => {
    if (path === '/moved') response.writeHead(302, { location: elsewhere.url }).end()
    else response.writeHead(404).end()
  })
  const { sender, logger } = senderFor(t)
  await end([
    hook(`${server.url}/gone?token=secret`, { headers: { authorization: 'secret' } }),
    hook(`${server.url}/moved`),
    hook('file:///etc/passwd'),
    hook('http://me:secret@127.0.0.1/'),
    hook('nowhere'),
    hook(server.url, { headers: { a: 'secret\n' + 'b' } }),
    hook(server.url, { timeout: 'soon' }),
    'nonsense',
    { job_status: 'never' },
  ])
  await sender.runOnce()
  t.equal(await client.exists(keys.webhooks), 0)
  t.strictSame(elsewhere.calls, [])
  const given = entries(logger).filter(({ sentence }) => sentence === 'a webhook is given up')
  t.equal(given.length, 9)
  t.match(
    given.map(({ fields }) => String(fields?.['why'])).join('\n'),
    /answered 404[^]*answered 302|answered 302[^]*answered 404/,
  )
  const shown = JSON.stringify(entries(logger).filter(({ fields }) => fields?.['url'] !== undefined))
  t.notMatch(shown, /secret/)
})

for (const text of ['no JSON', '{"url": "http://127.0.0.1:1/"}', '[[[', '7', '"x"']) {
  void t.test(`a field that holds ${text} is only logged`, async (t) => {
    const { sender, logger } = senderFor(t)
    await end(text)
    await sender.runOnce()
    t.match(await make.job('job'), { status: 'finished' })
    t.equal(await client.exists(keys.webhooks), 0)
    t.match(entries(logger), [{ sentence: 'a webhook is given up', fields: { jobId: 'job', why: /cannot be read/ } }])
  })
}

void t.test('one sender at a time has an entry; when its lease has ended, another', async (t) => {
  const answers: (() => void)[] = []
  const server = await startHookServer(t, (_call, response) => answers.push(() => void response.writeHead(204).end()))
  const [one, other] = [senderFor(t).sender, senderFor(t).sender]
  await end([hook(server.url, { timeout: 30 })])
  const sent = one.runOnce()
  await waitFor('the call', () => server.calls.length === 1)
  t.equal(await other.runOnce(), 0)
  const [entry = ''] = await client.zrange(keys.webhooks, 0, '-1')
  const leaseMs = Number(await client.zscore(keys.webhooks, entry)) - Number((await client.time())[0]) * 1000
  t.ok(leaseMs > 25_000 && leaseMs <= 36_000, `a lease of ${leaseMs} ms`)
  await client.zadd(keys.webhooks, 1, entry)
  const again = other.runOnce()
  await waitFor('the second call', () => server.calls.length === 2)
  for (const answer of answers) answer()
  await Promise.all([sent, again])
  t.strictSame(await client.keys('rqd:webhook*'), [])
})

void t.test('entries whose hash is gone, and keys that hold something else, harm nobody', async (t) => {
  const { sender, logger } = senderFor(t)
  await client.zadd(keys.webhooks, 1, 'gone')
  t.equal(await sender.runOnce(), 0)
  t.equal(await client.exists(keys.webhooks), 0)
  await client.set(keys.webhooks, 'x')
  t.equal(await sender.runOnce(), 0)
  await end([hook('http://127.0.0.1:1/')])
  t.match(await make.job('job'), { status: 'finished' }, 'the job ends all the same')
  t.strictSame(entries(logger), [])
})

void t.test('what Redis cannot tell now is asked for again', async (t) => {
  const server = await startHookServer(t)
  const { sender } = senderFor(t)
  await sender.start()
  await redis.restart()
  await end([hook(server.url)])
  await waitFor('the call', () => server.calls.length === 1)
})
