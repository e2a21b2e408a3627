import t from 'tap'
import { version } from '../../../src/version.js'
import { startRedis } from '../../helpers/redis.js'
import { sampleStatus } from '../control/fake-operations.js'
import { dataOf, startServer } from '../control/harness.js'
import { runRqctl } from './run-rqctl.js'

t.test('version shows those of rqctl, the daemon, Redis and Node', async (t) => {
  const redis = await startRedis(t)
  const server = /redis_version:(\S+)/.exec(await redis.client.info('server'))?.[1]
  const { path, operations } = await startServer(t, { data: dataOf(t, redis) })
  operations.status_ = { ...sampleStatus, version }
  t.same(await runRqctl(['version', '--socket', path]), {
    code: 0,
    stdout: `rqctl   ${version}\ndaemon  ${version}\nredis   ${server}\nnode    ${process.versions.node}\n`,
    stderr: '',
  })
  operations.status_ = { ...sampleStatus, version: '0.0.1' }
  t.match((await runRqctl(['version', '--socket', path])).stdout, /^The daemon runs another version: /m)
  t.match(JSON.parse((await runRqctl(['version', '--json', '--socket', path])).stdout), {
    rqctl: version,
    daemon: { version: '0.0.1', error: null },
    redis: { version: server, error: null },
  })
})

t.test('what does not answer is told, and is no failure', async (t) => {
  const redis = await startRedis(t)
  const env = { RUNTIME_DIRECTORY: redis.folder }
  const { code, stdout } = await runRqctl(['version', '--url', redis.url], { env })
  t.equal(code, 0)
  t.match(stdout, /^daemon {2}none \(no daemon answers on .*\)$/m)
  t.match(stdout, /^redis {3}\d+\./m)
  t.match((await runRqctl(['version', '--url', 'redis://127.0.0.1:1'], { env })).stdout, /^redis {3}none \(Redis at /m)
})
