import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, rqd, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { ownKeys } from '../helpers/own-keys.js'
import { waitFor } from '../helpers/wait-for.js'

// W1, W3, W5, W6, W9: executors from their start to their end, as an operator meets them.

function queueOn(redis: TestRedis, name = 'default'): Queue {
  return new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })
}

function base(redis: TestRedis): string[] {
  return ['--url', redis.url, '--path', fixtureTasks, '--socket', join(redis.folder, 's')]
}

function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/[\0 ]+$/, '')
}

t.test('W5: a module that cannot be loaded keeps the daemon from starting, and is named with its error', async (t) => {
  const redis = await startRedis(t)
  const { code, stderr } = await rqd([...base(redis), '-N', '1', '--preload', 'arithmetic', '--preload', 'broken'])
  t.equal(code, 1)
  t.match(stderr, /the preload module "broken" does not load \(SyntaxError: this module never loads\)/)
  t.same(await redis.client.smembers('rq:workers'), [], 'no worker is left registered')
})

t.test('a daemon whose executors die before they can work does not start, and tells what they said', async (t) => {
  const redis = await startRedis(t)
  const fickle = join(redis.folder, 'fickle')
  writeFileSync(fickle, '')
  const args = [...base(redis), '-N', '1', '--preload', 'fickle']
  const { code, stderr } = await rqd(args, { RQD_TEST_FICKLE: fickle })
  t.equal(code, 1)
  t.match(stderr, /5 executors in a row died .*exit code 7; its last line: the licence server is away/)
})

t.test('executors that die one after another are held back, say why, and work again once they can', async (t) => {
  const redis = await startRedis(t)
  const fickle = join(redis.folder, 'fickle')
  const args = ['-N', '1', '--spares', '0', '--preload', 'fickle', 'default']
  const daemon = await startDaemon(t, redis, args, { env: { RQD_TEST_FICKLE: fickle } })
  writeFileSync(fickle, '')
  process.kill((await daemon.status()).executors[0]?.pid ?? 0, 'SIGKILL')
  await daemon.logged('the next start is delayed')
  const stricken = await waitFor('the slot to be held back', async () => {
    const [executor] = (await daemon.status()).executors
    return executor?.state === 'backoff' && executor.failures >= 3 ? executor : undefined
  })
  t.match(stricken, { trouble: /exit code 7; its last line: the licence server is away/ })
  const table = await rqctl(['status', '--socket', daemon.socket])
  t.match(table.stdout, /has lost \d+ executors in a row: it ended with exit code 7/)
  rmSync(fickle)
  const job = await queueOn(redis).enqueue('arithmetic.add', 1, 2)
  await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished', 60_000)
  await daemon.logged('an executor works again')
  t.match((await daemon.status()).executors, [{ failures: 0, trouble: null }])
  const told = daemon.log().match(/the next start is delayed/g) ?? []
  t.ok(told.length <= 9, `told once for each longer pause: ${told.length} times`)
})

t.test('W6: a task that leaks is recycled at the limit of its memory; no job fails or waits for it', async (t) => {
  const redis = await startRedis(t)
  const args = ['-N', '2', '--recycle-rss-mb', '150', 'leaky', 'default']
  const daemon = await startDaemon(t, redis, args)
  const jobs = []
  for (let i = 0; i < 60; i++) {
    jobs.push(await queueOn(redis, 'leaky').enqueue('leaker.leak', 5))
    jobs.push(await queueOn(redis).enqueue('arithmetic.nothing'))
  }
  for (const job of jobs) {
    await waitFor('each job to finish', async () => (await job.refresh()).status === 'finished', 60_000)
    t.equal(await redis.client.xlen(`rq:results:${job.id}`), 1, 'ran once')
  }
  const { executors, counters } = await daemon.status()
  t.match(counters, { finished: 120, failed: 0, retried: 0, handedBack: 0, executorDeaths: 0 })
  t.ok(
    executors.some(({ recycled }) => recycled.rss > 0),
    JSON.stringify(executors),
  )
  t.match(daemon.log(), /an executor is recycled.*reason=rss/)
  const pids = new Set(jobs.filter((_, i) => i % 2 === 0).map(({ result }) => result))
  t.ok(pids.size > 2, `the leaking jobs ran in ${pids.size} processes one after the other`)
})

t.test('W6: memory of each executor, and why executors were replaced, are in the status', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--recycle-jobs', '2', 'default'])
  for (let i = 0; i < 6; i++) await queueOn(redis).enqueue('arithmetic.nothing')
  await waitFor('two executors to be spent', async () => {
    const { executors } = await daemon.status()
    return executors.some(({ recycled }) => recycled.jobs >= 2)
  })
  const executor = await waitFor('the next one to work', async () => {
    const [found] = (await daemon.status()).executors
    // It tells of its memory now and then, and may have grown since.
    return found?.state === 'idle' && (found.rssBytes ?? 0) >= (found.pssBytes ?? Infinity) && found
  })
  t.ok((executor.pssBytes ?? 0) > 1_000_000)
  const { stdout } = await rqctl(['status', '--socket', daemon.socket])
  t.match(stdout, /PSS +DONE +RECYCLED/)
  t.match(stdout, /\d jobs/)
})

t.test('W6: fresh: each job has a process of its own', async (t) => {
  const redis = await startRedis(t)
  const jobs = []
  for (let i = 0; i < 5; i++) jobs.push(await queueOn(redis).enqueue('fickle.pid'))
  const { code, stderr } = await rqd([...base(redis), '-N', '2', '--fresh', '--burst', 'default'])
  t.equal(code, 0, stderr)
  for (const job of jobs) await job.refresh()
  t.equal(new Set(jobs.map(({ result }) => result)).size, 5)
})

t.test('W3: max-jobs: so many jobs are run, never more, and the daemon ends with 0', async (t) => {
  const redis = await startRedis(t)
  for (let i = 0; i < 30; i++) await queueOn(redis, i % 2 === 0 ? 'a' : 'b').enqueue('arithmetic.nothing')
  await queueOn(redis, 'a').with({ atFront: true }).enqueue('thrower.fail', 'sorry')
  const { code, stderr } = await rqd([...base(redis), '-N', '2', '--max-jobs', '12', 'a', 'b'])
  t.equal(code, 0, stderr)
  t.equal([...stderr.matchAll(/job started/g)].length, 12, 'one that fails counts')
  t.equal((await redis.client.llen('rq:queue:a')) + (await redis.client.llen('rq:queue:b')), 19)
  t.equal(await redis.client.zcard('rq:finished:a'), 11)
  t.same(await ownKeys(redis.client), [], 'nothing is left in its hands')
})

t.test('W3: max-idle-time: the daemon ends with 0 once nothing has come for so long', async (t) => {
  const redis = await startRedis(t)
  const gate = join(redis.folder, 'gate')
  // There before the daemon is, which would not wait for it long.
  const job = await queueOn(redis).enqueue('gate.wait', gate)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--max-idle-time', '1', 'default'])
  await daemon.logged('job started')
  writeFileSync(gate, '')
  const { code, stderr } = await daemon.ended
  t.equal(code, 0, stderr)
  t.match(stderr, /the daemon ends.*max-idle-time/)
  t.equal((await job.refresh()).status, 'finished')
})

t.test('W1: by turns, queues are served one after the other; a busy one does not starve the rest', async (t) => {
  const redis = await startRedis(t)
  for (const name of ['a', 'b', 'c'])
    for (let i = 0; i < 3; i++) await queueOn(redis, name).enqueue('sleeper.sleep', 60)
  const args = [...base(redis), '-N', '1', '--dequeue-strategy', 'round-robin', '--burst', 'a', 'b', 'c']
  const { code, stderr } = await rqd(args)
  t.equal(code, 0, stderr)
  const order = [...stderr.matchAll(/job started {2}jobId=\S+ queue=(\w+)/g)].map(([, name]) => name).join('')
  t.equal(order, 'abcabcabc')
})

t.test('options that do not fit each other are refused by name', async (t) => {
  for (const [args, message] of [
    [['--fresh', '--concurrency', '2'], /--concurrency is 2 and fresh is true/],
    [['--weight', 'high=2', 'high'], /--weight can count only where dequeueStrategy is "weighted"; it is "default"/],
    [['--dequeue-strategy', 'weighted', '--weight', 'hihg=2', 'high'], /"hihg", which is not served/],
    [['--dequeue-strategy', 'weighted', '--weight', 'high', 'high'], /such as high=5, and not "high"/],
    [['--dequeue-strategy', 'fair', 'high'], /--dequeue-strategy is "fair"/],
    [['--recycle-jobs', '0'], /--recycle-jobs is "0"/],
  ] as const) {
    const { code, stderr } = await rqd(args)
    t.equal(code, 2, args.join(' '))
    t.match(stderr, message)
  }
})

t.test('W9: titles tell what the supervisor and each executor do', async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'web', 'high', 'low'])
  const gate = join(redis.folder, 'gate')
  const pid = (await daemon.status()).executors[0]?.pid ?? 0
  await waitFor('an idle executor', () => titleOf(pid) === 'rqd: executor web idle')
  await waitFor('an idle supervisor', () => titleOf(daemon.pid) === 'rqd: supervisor high,low idle')
  const job = await queueOn(redis, 'low').enqueue('gate.block', gate)
  await waitFor('the job in the title', () => titleOf(pid) === `rqd: executor web running gate.block (${job.id})`)
  await waitFor('the supervisor to tell', () => titleOf(daemon.pid) === 'rqd: supervisor high,low 1 busy')
  writeFileSync(gate, '')
  await waitFor('both to be idle', () => [pid, daemon.pid].every((each) => titleOf(each).endsWith('idle')))
})
