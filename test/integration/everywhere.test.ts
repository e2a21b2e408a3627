import t from 'tap'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('C3: commands with --everywhere reach all daemons, and say what each has done', async (t) => {
  const redis = await startRedis(t)
  const where = ['--url', redis.url]
  t.match(await rqctl(['status', '--everywhere', ...where]), {
    code: 3,
    stderr: /there is no rqd daemon on this Redis/,
  })
  t.match(await rqctl(['daemons', ...where]), { code: 0, stdout: 'No daemons.\n' })
  const one = await startDaemon(t, redis, ['-N', '1', '--name', 'one', 'low'])
  const two = await startDaemon(t, redis, ['-N', '1', '--name', 'two', 'low', 'high'])

  const table = await rqctl(['daemons', ...where])
  t.match(
    table.stdout,
    /^NAME +HOST +PID +VERSION +STATE +BUSY +SINCE +MEMORY +DONE +FAILED +QUEUES\none .* running +0\/1 .* low\ntwo .* low,high\n$/,
  )
  t.match(JSON.parse((await rqctl(['daemons', '--json', ...where])).stdout), [
    { name: 'one', pid: one.pid, sockets: [one.socket] },
    { name: 'two', pid: two.pid },
  ])
  const status = await rqctl(['status', '--everywhere', ...where])
  t.match(status, { code: 0, stderr: '' })
  t.match(status.stdout.split('\n').sort().slice(1), [
    /^one on \S+: running, 0 of 1 executor busy, 0 finished, 0 failed, pid \d+, rqd \S+, up /,
    /^two on \S+: running/,
  ])

  // Two at the same time: each gets the answers to its own orders.
  const both = await Promise.all([
    rqctl(['scale', '2', '--everywhere', ...where]),
    rqctl(['restart-executors', '--everywhere', '--socket', one.socket]),
  ])
  t.match(both, [{ code: 0 }, { code: 0 }], JSON.stringify(both))
  t.match(both[0].stdout, /one on \S+: 2 executors after .*, 1 before\./)
  t.match(both[1].stdout, /two on \S+: Replaced \d executors? after/)
  await two.logged('method=restart-executors')

  t.match(await rqctl(['drain', '--everywhere', '--daemon', 'two', '--json', ...where]), { code: 0 })
  t.match(await Promise.all([one.status(), two.status()]), [{ state: 'running' }, { state: 'drained' }])
  t.match(await rqctl(['reload', '--daemon', 'three', ...where]), {
    code: 1,
    stderr: 'rqctl: no daemon of this Redis is called "three"; there are one, two\n',
  })

  two.signal('SIGSTOP')
  const late = await rqctl(['shutdown', '--everywhere', '--timeout', '4', ...where])
  two.signal('SIGCONT')
  t.equal(late.code, 1, 'one did not answer')
  t.match(late.stdout, /one on \S+: Stopping\./)
  t.match(late.stdout, /two on \S+: no answer in time: it has not taken the order up/)
  t.match(await one.ended, { code: 0 })
  // Its order is still good.
  t.match(await two.ended, { code: 0 })
  await waitFor('nobody to be left', async () => (await redis.client.zcard('rqd:supervisors')) === 0)
})
