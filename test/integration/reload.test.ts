import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { rqctl, startDaemon, startRqctl } from '../helpers/daemon.js'
import { deployment } from '../helpers/deployment.js'
import { isRunning } from '../helpers/processes.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C3, C9: reload, as an operator meets it.

t.test('C3: reload: later jobs run the new code, those that run go on; it names what has changed', async (t) => {
  const { redis, daemon, queue, deploy, configure, reload, versionNow } = await deployment(t)
  const gate = join(redis.folder, 'gate')
  const held = await queue.enqueue('shop.hold', gate)
  await daemon.logged('job started')
  const before = (await daemon.status()).executors.map(({ pid }) => pid ?? 0)
  deploy('v2')
  configure({
    executors: 3,
    resultsTtl: 77,
    recycleJobs: 1000,
    logLevel: 'debug',
    queues: ['default', 'low'],
    name: 'x',
  })
  t.match(await reload(), {
    code: 0,
    stdout:
      /^Reloaded after \S+: 3 new executors\.\nChanged: executors, recycle-jobs, results-ttl, log-level\nChanged, but only after a restart: queues, name\n1 old executor ends after its job\.\n$/,
    stderr: /^trying configuration and code\n0 of 2 executors ready\n/,
  })
  t.equal(await versionNow(), 'v2')
  const { executors, name, queues } = await daemon.status()
  t.equal(executors.filter(({ state }) => state !== 'recycling').length, 3)
  t.match([name, queues.map((each) => each.name)], ['web', ['default']])
  t.match(daemon.log(), /INFO {2}reloaded {2}changed=executors,recycle-jobs,results-ttl,log-level/)
  t.match(daemon.log(), /WARN {2}options have changed that count from the next start on {2}options=queues,name/)
  writeFileSync(gate, '')
  await waitFor('the job that ran to end', async () => (await held.refresh()).status === 'finished')
  t.equal(held.result, 'v1', 'in the code in which it began')
  const ttl = await redis.client.ttl(`rq:results:${held.id}`)
  t.ok(ttl <= 77 && ttl > 0, `its result is kept by the new configuration: ${ttl}`)
  await waitFor('the old executors to be gone', () => !before.some(isRunning))
  await daemon.logged('DEBUG')
  const again = JSON.parse((await reload('--json', '--wait')).stdout) as Record<string, unknown>
  t.match(again, { changed: [], needRestart: ['queues', 'name'], executors: 3, ending: 0 })
})

t.test('C3: reload: code that does not load is refused with its error, and the old executors go on', async (t) => {
  const { daemon, deploy, reload, versionNow } = await deployment(t)
  const before = (await daemon.status()).executors.map(({ pid }) => pid)
  deploy('v2', 'export function broken( {')
  t.match(await reload(), {
    code: 1,
    stdout: '',
    stderr: /reload refused, all stays as it was: .*"shop" .*SyntaxError/,
  })
  await daemon.logged('reload refused: all stays as it was')
  t.same(
    (await daemon.status()).executors.map(({ pid }) => pid),
    before,
  )
  t.match((await daemon.status()).executors, [{ recycled: { restart: 0 } }])
  deploy('v3')
  t.equal((await reload()).code, 0)
  t.equal(await versionNow(), 'v3')
})

t.test('C3: reload: a configuration that is none is refused by name, and the old one stays', async (t) => {
  const { daemon, redis, configure, reload, versionNow } = await deployment(t)
  const before = (await daemon.status()).executors.map(({ pid }) => pid)
  configure({ executors: 'many' })
  t.match(await reload(), { code: 1, stderr: /reload refused.*rqd\.config\.json line 1: executors is "many"/ })
  configure({ exceutors: 4 })
  t.match(await reload(), { code: 1, stderr: /exceutors is no option .*did you mean executors\?/ })
  writeFileSync(join(redis.folder, 'rqd.config.json'), '{ "executors": ')
  t.match(await reload(), { code: 1, stderr: /is no JSON/ })
  configure({ preload: ['nowhere'] })
  t.match(await reload(), { code: 1, stderr: /the preload module "nowhere" is neither/ })
  configure({ hooks: 'nohooks' })
  t.match(await reload(), { code: 1, stderr: /nohooks/ })
  configure({ workerClass: 'rq.worker.RoundRobinWorker' })
  t.match(await reload(), { code: 1, stderr: /workerClass is "rq\.worker\.RoundRobinWorker", a Python class/ })
  // Only together with what is in use it does not fit.
  configure({ fresh: true, concurrency: 2 })
  t.match(await reload(), { code: 1, stderr: /concurrency is 2 and fresh is true/ })
  t.same(
    (await daemon.status()).executors.map(({ pid }) => pid),
    before,
  )
  t.equal(await versionNow(), 'v1')
})

t.test('C3: reload: a JavaScript configuration is read anew each time', async (t) => {
  const redis = await startRedis(t)
  const config = join(redis.folder, 'rqd.config.mjs')
  const tasks = join(redis.folder, 'tasks')
  mkdirSync(tasks)
  const configure = (executors: number): void =>
    writeFileSync(config, `export default { executors: ${executors}, queues: ['default'] }`)
  configure(1)
  const daemon = await startDaemon(t, redis, ['--config', config], { tasks })
  for (const executors of [2, 3]) {
    configure(executors)
    const { stdout } = await rqctl(['reload', '--json', '--socket', daemon.socket])
    t.match(JSON.parse(stdout), { executors, changed: ['executors'] })
  }
})

t.test('C3: two reloads at a time: the second waits, and takes up what has come since', async (t) => {
  const { redis, deploy, reload, versionNow, daemon } = await deployment(t)
  const [tried, gate] = [join(redis.folder, 'tried'), join(redis.folder, 'gate')]
  // Whoever loads this one waits.
  deploy('v2', `appendFileSync('${tried}', '')\nwhile (!existsSync('${gate}')) await delay(10)`)
  const one = reload()
  await waitFor('the first to try the code', () => existsSync(tried))
  const two = startRqctl(['reload', '--socket', daemon.socket])
  await waitFor('the second to wait', () => two.said().includes('waiting for another change of the executors'))
  deploy('v3')
  writeFileSync(gate, '')
  t.match(await Promise.all([one, two.ended]), [{ code: 0 }, { code: 0 }])
  t.equal(await versionNow(), 'v3')
  t.match((await daemon.status()).executors, [{ recycled: { restart: 2 } }, { recycled: { restart: 2 } }])
})
