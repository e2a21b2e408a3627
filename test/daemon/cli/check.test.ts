import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createKeys } from '../../../src/redis/keys.js'
import type { Finding } from '../../../daemon/check/finding.js'
import { fixtureTasks, rqd, startDaemon } from '../../helpers/daemon.js'
import { startRedis } from '../../helpers/redis.js'
import { runningWith } from '../../helpers/processes.js'

/** Run `rqd check --json`. */
async function check(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await rqd(['check', ...args, '--json'], env)
  t.equal(stderr, '')
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Finding[] }
  return { code, ok, of: (what: string) => checks.filter((each) => each.what === what) }
}

t.test('a deployment that is fit passes, line by line, and leaves nothing running', async (t) => {
  const redis = await startRedis(t)
  const tasks = t.testdir({ 'fine.mjs': 'export const run = () => 1' })
  const file = join(redis.folder, 'prod.yaml')
  await writeFile(file, `url: ${redis.url}\nsocket: run/rqd.sock\npid: rqd.pid\nname: web\nexecutors: 1\n`)
  const mark = `check-${process.pid}`
  const { code, stdout } = await rqd(['check', file, '-P', tasks], { CHECK_TEST: mark })
  t.equal(code, 0)
  for (const line of [
    /^ok +Configuration +.*prod.yaml$/m,
    /^ok +Redis +unix:.* answers in [\d.]+ ms$/m,
    /^ok +Redis version +\d/m,
    /^ok +Eviction +maxmemory-policy is noeviction$/m,
    /^warn +Persistence +none.*\n +-> set appendonly yes$/m,
    /^ok +Clocks/m,
    /^ok +Name +web is free$/m,
    /^ok +Tasks +.* has 1 module$/m,
    /^ok +Executor +a trial executor has loaded 1 module$/m,
    /^ok +Control socket +.*run\/rqd.sock$/m,
    /^ok +PID file +.*rqd.pid$/m,
    /^\d+ ok, 1 warned, 0 failed$/m,
  ]) {
    t.match(stdout, line)
  }
  t.same(runningWith(`CHECK_TEST=${mark}`), [])
  t.same(await redis.client.keys('*'), [], 'nothing was written')
})

t.test('what would be in the way of a start is found: names, sockets, PID files of those that run', async (t) => {
  const redis = await startRedis(t)
  const pid = join(redis.folder, 'rqd.pid')
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'taken', '--pid', pid])
  const base = ['-u', redis.url, '-P', fixtureTasks, '-N', '1', '--name', 'taken']
  const { code, ok, of } = await check([...base, '--socket', daemon.socket, '--pid', pid])
  t.equal(code, 1)
  t.equal(ok, false)
  t.match(of('Name'), [{ status: 'fail', reason: /a live worker is called taken/ }])
  t.match(of('Control socket'), [{ status: 'fail', reason: /belongs to a running daemon/ }])
  t.match(of('PID file'), [{ status: 'fail', reason: new RegExp(`names process ${daemon.pid}, which runs`) }])
})

t.test('what is wrong with Redis, tasks and places is found', async (t) => {
  const redis = await startRedis(t, ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'])
  const file = join(redis.folder, 'notes')
  await writeFile(file, '')
  const broken = t.testdir({ 'broken.mjs': 'import "./nowhere.mjs"' })
  const { of } = await check(['-u', redis.url, '-P', broken, '--socket', file])
  t.match(of('Eviction'), [{ status: 'fail' }])
  t.match(of('Executor'), [{ status: 'fail', reason: /"broken" does not load.*nowhere/ }])
  t.match(of('Control socket'), [{ status: 'fail', reason: /is there and is no socket/ }])
  const far = await check(['-u', 'unix:///nowhere/redis.sock', '-P', '/nowhere', '--socket', `/tmp/${'x'.repeat(120)}`])
  t.match(far.of('Redis'), [{ status: 'fail', reason: /unix:\/\/\/nowhere.*does not answer/ }])
  t.match(far.of('Tasks'), [{ status: 'fail', reason: /\/nowhere does not exist/ }])
  t.match(far.of('Control socket'), [{ status: 'fail', reason: /at most 107/ }])
})

t.test('a configuration that is none is the one finding', async (t) => {
  const { code, of } = await check(['-N', 'many'])
  t.equal(code, 1)
  t.match(of('Configuration'), [{ status: 'fail', reason: /--executors is "many"/ }])
  const near = await check(['-u', 'unix:///nowhere/redis.sock'], { RQD_EXECUTER: '3' })
  t.match(near.of('Configuration')[1], { status: 'warn', reason: /RQD_EXECUTER.*did you mean RQD_EXECUTORS/ })
})

t.test('with tenants each of them is looked at, and the server once', async (t) => {
  const redis = await startRedis(t)
  const keys = createKeys('{bob}:rq')
  await redis.client.hset(keys.worker('web.2'), 'birth', 'x')
  const { code, of } = await check(['-u', redis.url, '-N', '2', '--name', 'web', '--tenants', 'ann,bob=2'])
  t.equal(code, 1)
  t.match(of('Tenant'), [
    { status: 'ok', reason: 'ann has the prefix {ann}:rq and the weight 1' },
    { status: 'ok', reason: 'bob has the prefix {bob}:rq and the weight 2' },
  ])
  t.match(of('Name'), [
    { status: 'ok', reason: 'tenant ann: web is free' },
    { status: 'fail', reason: 'tenant bob: a live worker is called web.2' },
  ])
  t.equal(of('Redis').length, 2)
  t.equal(of('Redis version').length, 1)
})
