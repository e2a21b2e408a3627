import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startDaemon, runProgram } from '../helpers/daemon.js'
import { Factory } from '../helpers/factory.js'
import { python, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// J21: stock Python RQ 1.13 and we call each other's callbacks.

for (const serializer of ['pickle', 'JSON'] as const) {
  const option = serializer === 'JSON' ? ', serializer=JSONSerializer' : ''

  t.test(
    `J21: callbacks of a ${serializer} job of stock Python are called here`,
    { skip: withoutPythonRq },
    async (t) => {
      const redis = await startRedis(t)
      await startDaemon(t, redis, ['-N', '1', 'default'])
      const file = join(redis.folder, 'calls')
      await python(
        redis,
        `def named(name):
    def function(): pass
    function.__module__, function.__qualname__ = 'callbacks', name
    return function
q = Queue('default', connection=redis${option})
more = dict(on_success=named('success'), on_failure=named('failure'), meta={'file': '${file}'})
q.enqueue('arithmetic.add', 1, 2, job_id='good', **more)
q.enqueue('thrower.fail', 'shut', job_id='bad', **more)
print('null')`,
      )
      await waitFor('the last to fail', async () => (await redis.client.hget('rq:job:bad', 'status')) === 'failed')
      const lines = (await readFile(file, 'utf8')).trim().split('\n')
      t.match(
        lines.map((line) => JSON.parse(line) as unknown),
        [
          ['success', 'good', 'arithmetic.add', [1, 2], 3],
          ['failure', 'bad', 'ShopClosed', 'shut'],
        ],
      )
    },
  )
}

t.test('J21: callbacks of our jobs are called by stock Python', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await writeFile(
    join(redis.folder, 'cbtasks.py'),
    `def double(n): return 2 * n
def success(job, connection, result): connection.rpush('test:calls', 'success %s %s' % (job.id, result))
def failure(job, connection, kind, value, traceback): connection.rpush('test:calls', 'failure %s %s' % (job.id, kind.__name__))
`,
  )
  const make = new Factory(redis.client)
  for (const [id, argument] of [
    ['good', 2],
    ['bad', null],
  ] as const) {
    const data = JSON.stringify(['cbtasks.double', null, [argument], {}])
    const names = { success_callback_name: 'cbtasks.success', failure_callback_name: 'cbtasks.failure' }
    await make.enqueue(id, { queue: 'py', fields: { data, ...names } })
  }
  const worker = ['-m', 'rq.cli', 'worker', '--burst', '-S', 'rq.serializers.JSONSerializer', '--url', redis.url, 'py']
  const { code, stderr } = await runProgram('/usr/bin/python3', worker, { PYTHONPATH: redis.folder })
  t.equal(code, 0, stderr)
  t.strictSame(await redis.client.lrange('test:calls', 0, -1), ['success good 4', 'failure bad TypeError'])
})
