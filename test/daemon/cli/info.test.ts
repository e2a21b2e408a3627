import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import { type TestRedis, startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { runRqctl } from './run-rqctl.js'

const keys = createKeys()

/** Three queues and two workers. */
async function fill({ client }: TestRedis): Promise<void> {
  for (const [queue, depth] of Object.entries({ bulk: 30, default: 1, high: 0 })) {
    await client.sadd(keys.queues, keys.queue(queue))
    for (let i = 0; i < depth; i++) await client.rpush(keys.queue(queue), `${queue}${i}`)
  }
  await client.zadd(keys.failed('high'), 1, 'x', 2, 'y')
  for (const [name, state] of Object.entries({ w1: 'busy', w2: 'idle' })) {
    const fields = { state, queues: 'high,default', hostname: 'vm', ip_address: '10.0.0.1:5', pid: '17' }
    await client.hset(keys.worker(name), fields)
    for (const set of [keys.workers, keys.queueWorkers('high'), keys.queueWorkers('default')]) {
      await client.sadd(set, keys.worker(name))
    }
  }
}

const stamp = (text: string): string => text.replace(/^Updated: .*$/m, 'Updated: T')

t.test('laid out as rq info does', async (t) => {
  const redis = await startRedis(t)
  await fill(redis)
  const run = async (...argv: string[]) => stamp((await runRqctl(['info', '-u', redis.url, ...argv])).stdout)
  const queues = `bulk         |████████████ 30
default      | 1
high         | 0, 2 failed
3 queues, 31 jobs total
`
  const workers = `w1 (vm 10.0.0.1:5 17): busy high, default
w2 (vm 10.0.0.1:5 17): idle high, default
2 workers, 3 queues
`
  t.equal(await run(), `${queues}\n${workers}\nUpdated: T\n`)
  t.equal(await run('-Q'), queues)
  t.equal(await run('--only-workers'), workers)
  t.equal(
    await run('-W', '-R'),
    'bulk:    –\ndefault: w1 (busy), w2 (idle)\nhigh:    w1 (busy), w2 (idle)\n2 workers, 3 queues\n',
  )
  t.equal(
    await run('--raw'),
    'queue bulk 30\nqueue default 1\nqueue high 0\n' +
      'worker w1 (vm 10.0.0.1:5 17) busy high, default\nworker w2 (vm 10.0.0.1:5 17) idle high, default\n',
  )
  t.equal(
    await run('bulk'),
    'bulk         |████████████ 30\n1 queues, 30 jobs total\n\n0 workers, 1 queues\n\nUpdated: T\n',
  )
  t.match((await runRqctl(['info', '-Q', '-u', redis.url], { columns: 80 })).stdout, '\x1b[32m|████████████\x1b[39m 30')
})

t.test('the same bars and sums as the real rq info, over a real worker', async (t) => {
  const redis = await startRedis(t)
  for (let i = 0; i < 130; i++) await redis.client.rpush(keys.queue(i % 3 === 0 ? 'odd' : 'even'), `j${i}`)
  await redis.client.sadd(keys.queues, keys.queue('odd'), keys.queue('even'))
  const worker = spawn('/usr/bin/rq', ['worker', '-u', redis.url, '-n', 'py', 'quiet'], { stdio: 'ignore' })
  t.teardown(async () => {
    worker.kill('SIGKILL')
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'close')
  })
  await redis.client.sadd(keys.queues, keys.queue('quiet'))
  await waitFor('the worker', async () => (await redis.client.hget(keys.worker('py'), 'state')) === 'idle')
  const { stdout } = await promisify(execFile)('/usr/bin/rq', ['info', '-u', redis.url])
  const sorted = (text: string) => stamp(text).split('\n').sort()
  t.same(sorted((await runRqctl(['info', '-u', redis.url])).stdout), sorted(stdout))
})

t.test('--json', async (t) => {
  const redis = await startRedis(t)
  await fill(redis)
  const run = async (...argv: string[]) =>
    JSON.parse((await runRqctl(['info', '--json', '-u', redis.url, ...argv])).stdout) as Record<string, object[]>
  const report = await run()
  t.match(report, {
    queues: [{ queue: 'bulk', queued: 30 }, {}, { failed: 2 }],
    workers: [{ name: 'w1', pid: 17 }, {}],
    strangers: [],
  })
  t.same(Object.keys(await run('-Q')), ['queues', 'strangers'])
  t.same(Object.keys(await run('-W')), ['workers', 'strangers'])
})

t.test('what crashes other viewers: strangers, malformed workers, wrong kinds, hostile names', async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  await client.sadd(keys.queues, 'rubbish\x1b[2J', keys.queue('odd'), keys.queue('ev\x1bil'))
  await client.set(keys.queue('odd'), 'text')
  await client.sadd(keys.queueWorkers('odd'), keys.worker('w'))
  await client.hset(keys.worker('w'), { pid: 'no', state: 'x\x1by', birth: '?' })
  const { code, stdout, stderr } = await runRqctl(['info', '-u', redis.url])
  t.equal(code, 0)
  t.match(stdout, /^odd {10}\| \?$/m)
  t.match(stdout, /^w \(None None None\): x\\x1by/m)
  t.notMatch(stdout + stderr, '\x1b')
  t.match(stderr, /^rqctl: the set of queues holds "rubbish.*", which is no queue's key\n$/)
  t.match(await runRqctl(['info', '-u', redis.url, '--prefix', 'other']), { stdout: /^0 queues, 0 jobs total/ })
})

t.test('--interval shows it again until it is told to stop', async (t) => {
  const redis = await startRedis(t)
  const stop = new AbortController()
  const running = runRqctl(['info', '-Q', '-i', '0.05', '-u', redis.url], { columns: 80, signal: stop.signal })
  await redis.client.rpush(keys.queue('late'), 'j')
  await waitFor('two rounds', async () => {
    const stats = await redis.client.info('commandstats')
    return Number(/cmdstat_smembers:calls=(\d+)/.exec(stats)?.[1] ?? 0) >= 2
  })
  stop.abort()
  const { code, stdout } = await running
  t.equal(code, 0)
  t.ok(stdout.split('\x1b[2J\x1b[H').length >= 2)
})
