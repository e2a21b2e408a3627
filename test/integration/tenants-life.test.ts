import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { rqctl, rqd, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { startTenants } from '../helpers/tenants.js'
import { waitFor } from '../helpers/wait-for.js'

const BOUND_MS = 60_000

const countOf = (tenant: string, jobs: readonly string[]): number =>
  jobs.filter((id) => id.startsWith(`${tenant}-`)).length

t.test('each tenant can be paused and asked about alone, and all of them as one', async (t) => {
  const rig = await startTenants(t, ['-N', '1', '--tenants', 'ann,bob'])
  const ctl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await rqctl([...args, '--socket', rig.daemon.socket])
    t.equal(code, 0, stderr)
    return stdout
  }
  await ctl('pause', '--tenant', 'ann')
  await rig.enqueue('ann', 2, 1)
  await rig.enqueue('bob', 2, 1)
  await rig.ended(2)
  t.equal(countOf('ann', rig.begun()), 0)
  const status = await rig.daemon.status()
  t.match(status.tenants, [
    { name: 'ann', state: 'paused', connected: true },
    { name: 'bob', state: 'running', connected: true },
  ])
  t.equal(status.state, 'running')
  t.match(status.queues, [
    { tenant: 'ann', name: 'work', depth: 2, paused: true },
    { tenant: 'bob', name: 'work', depth: 0, paused: false },
  ])
  t.match(await ctl('info', '--tenant', 'ann'), /work/)
  await ctl('drain')
  await rig.enqueue('bob', 1, 1)
  t.equal((await rig.daemon.status()).state, 'drained')
  await ctl('resume')
  await rig.ended(5)
  await ctl('scale', '2')
  const workers = await Promise.all(
    ['ann', 'bob'].map((name) => rig.redis.client.smembers(createKeys(`{${name}}:rq`).workers)),
  )
  t.same(
    workers.map((each) => each.length),
    [2, 2],
    'each tenant sees a worker for each executor',
  )
  const refused = await rqctl(['shutdown', '--tenant', 'ann', '--socket', rig.daemon.socket])
  t.not(refused.code, 0)
  t.match(refused.stderr, /shutdown is about what ann, bob share/)
  await ctl('restart-executors', '--wait')
  await ctl('scale', '1', '--wait')
  await rig.enqueue('ann', 1, 1)
  await rig.ended(6)
  await ctl('shutdown')
  t.equal((await rig.daemon.ended).code, 0)
})

t.test('a stop hands back what runs for every tenant', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob', '--stop-timeout-sec', '1'])
  await rig.enqueue('ann', 1, 60_000)
  await rig.enqueue('bob', 1, 60_000)
  await waitFor('both to begin', () => rig.begun().length === 2)
  rig.daemon.signal('SIGTERM')
  t.equal((await rig.daemon.ended).code, 0)
  for (const name of ['ann', 'bob']) {
    const keys = createKeys(`{${name}}:rq`)
    t.equal(await rig.redis.client.llen(keys.queue('work')), 1)
    t.equal(await rig.redis.client.scard(keys.workers), 0)
  }
})

t.test('a killed executor takes one job of one tenant along', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob'])
  await rig.enqueue('ann', 1, 60_000)
  await rig.enqueue('bob', 1, 1_500)
  await waitFor('both to begin', () => rig.begun().length === 2)
  const executors = (await rig.daemon.status()).executors
  const hit = executors.find(({ tenant }) => tenant === 'ann')
  t.ok(hit?.pid)
  process.kill(hit?.pid ?? 0, 'SIGKILL')
  await rig.ended(1)
  await waitFor('the job of ann to fail', async () => {
    return (await rig.redis.client.zcard(createKeys('{ann}:rq').failed('work'))) === 1
  })
  await waitFor('that of bob to be finished', async () => {
    return (await rig.redis.client.zcard(createKeys('{bob}:rq').finished('work'))) === 1
  })
  const { tenants = [], counters } = await rig.daemon.status()
  t.match(counters, { finished: 1, failed: 1, executorDeaths: 1 })
  t.ok(tenants.every(({ running }) => running === 0))
})

t.test('what a killed daemon has left with any tenant, another one runs', async (t) => {
  const rig = await startTenants(t, ['-N', '2', '--tenants', 'ann,bob'])
  const gate = join(rig.redis.folder, 'gate')
  const keys = ['ann', 'bob'].map((name) => createKeys(`{${name}}:rq`))
  const waiting = async (): Promise<number> => {
    const depths = await Promise.all(keys.map((each) => rig.redis.client.llen(each.queue('work'))))
    return depths.reduce((sum, depth) => sum + depth, 0)
  }
  for (const name of ['ann', 'bob']) await rig.hold(name, 3, gate)
  await waitFor('two to run', async () => rig.begun().length === 2 && (await waiting()) === 4)
  rig.daemon.signal('SIGKILL')
  await rig.daemon.ended
  // Their executors go with it: what ran begins again.
  const successor = await rig.another(['-N', '2', '--tenants', 'ann,bob'])
  await writeFile(gate, '')
  const left = async (): Promise<number> => {
    const done = await Promise.all(keys.map((each) => rig.redis.client.zcard(each.finished('work'))))
    return 6 - done.reduce((sum, count) => sum + count, 0)
  }
  await waitFor('all to finish', async () => (await left()) === 0, BOUND_MS)
  t.match((await successor.status()).counters, { recovered: 2, finished: 6, failed: 0 })
})

t.test('a burst ends when the queues of all tenants are empty', async (t) => {
  const redis = await startRedis(t)
  const names = ['ann', 'bob', 'cid', 'dot', 'eve', 'flo']
  const JOBS = 600
  for (const name of names) {
    const queue = new Queue('work', { connection: redis.client, prefix: `{${name}}:rq` })
    await queue.enqueueMany(Array.from({ length: JOBS }, (_, i) => ({ func: 'arithmetic.add', args: [i, 1] })))
  }
  const args = ['-N', '2', '--tenants', names.join(','), '--burst', '--quiet', 'work']
  const daemon = await startDaemon(t, redis, args, { ready: false })
  t.equal((await daemon.ended).code, 0, daemon.log())
  for (const name of names) {
    t.equal(await redis.client.zcard(createKeys(`{${name}}:rq`).finished('work')), JOBS)
  }
})

t.test('a name that a live worker of one tenant has is refused, and that tenant told', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'anna', '--prefix', '{bob}:rq', 'work'])
  const where = ['--url', redis.url, '--socket', join(redis.folder, 'other')]
  const { code, stderr } = await rqd([...where, '-N', '1', '--name', 'anna', '--tenants', 'ann,bob', 'work'])
  t.equal(code, 1)
  t.match(stderr, 'a live worker below the prefix {bob}:rq is already called \\"anna\\"')
})
