import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Job } from '../../src/index.js'
import { runProgram, startDaemon } from '../helpers/daemon.js'
import { compiledRoot, projectRoot } from '../helpers/paths.js'
import { withoutPythonRq } from '../helpers/python.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const tasks = join(compiledRoot, 'examples/word-count/tasks')
const examples = join(projectRoot, 'examples')

/** A Redis, a daemon with the tasks of the example, and a document of five words. */
async function setup(t: Test): Promise<{ redis: TestRedis; url: string; env: NodeJS.ProcessEnv }> {
  const redis = await startRedis(t)
  const server = createServer((_request, response) => response.end('five words are in here\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  await startDaemon(t, redis, ['--path', tasks, '--executors', '1'])
  const { port } = server.address() as AddressInfo
  return { redis, url: `http://127.0.0.1:${port}/it's/text?a=1&b=2`, env: { REDIS_URL: redis.url } }
}

t.test('redis-cli alone enqueues a job that runs', async (t) => {
  const { redis, url, env } = await setup(t)
  const { code, stdout, stderr } = await runProgram('sh', [join(examples, 'enqueue-with-redis-cli.sh'), url], env)
  t.equal(code, 0, stderr)
  const id = stdout.trim()
  const job = await waitFor('the job to end', async () => {
    const found = await Job.fetch(id, { connection: redis.client })
    return ['finished', 'failed'].includes(found.status ?? '') ? found : undefined
  })
  t.equal(job.excInfo, undefined)
  t.equal(job.result, 5)
  t.equal(job.origin, 'default')
  t.ok(await redis.client.sismember('rq:queues', 'rq:queue:default'))

  const refused = await runProgram('sh', [join(examples, 'enqueue-with-redis-cli.sh'), 'http://x/"'], env)
  t.equal(refused.code, 2)
  const usage = await runProgram('sh', [join(examples, 'enqueue-with-redis-cli.sh')], env)
  t.not(usage.code, 0)
  t.match(usage.stderr, 'usage')
})

t.test('stock Python RQ enqueues the same job', { skip: withoutPythonRq }, async (t) => {
  const { url, env } = await setup(t)
  const { code, stdout, stderr } = await runProgram(
    '/usr/bin/python3',
    [join(examples, 'enqueue_with_python.py'), url],
    env,
  )
  t.equal(code, 0, stderr)
  t.equal(stdout, '5\n')
})

t.test('so does TypeScript', async (t) => {
  const { url, env } = await setup(t)
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [join(compiledRoot, 'examples/enqueue.js'), url],
    env,
  )
  t.equal(code, 0, stderr)
  t.equal(stdout, '5\n')
  await t.test('and a failure is told', async (t) => {
    const failed = await runProgram(
      process.execPath,
      [join(compiledRoot, 'examples/enqueue.js'), 'http://127.0.0.1:1/'],
      env,
    )
    t.match(failed.stdout, /fetch failed|bad port/)
  })
})
