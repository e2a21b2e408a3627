import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// P2, P4: stock Python RQ 1.13 enqueues, we run, Python reads.

interface Seen {
  status: string
  result: unknown
  exc_info: string | null
  ended_at: string | null
  started_at: string | null
  worker_name: string | null
  meta: unknown
  latest: { type: string; return_value: unknown } | null
}

const show = `
def show(job):
    job.refresh()
    latest = job.latest_result()
    print(json.dumps({
        'status': job.get_status(), 'result': job.result, 'exc_info': job.exc_info,
        'ended_at': str(job.ended_at), 'started_at': str(job.started_at), 'worker_name': job.worker_name,
        'meta': job.meta,
        'latest': latest and {'type': latest.type.name, 'return_value': latest.return_value},
    }, default=repr))
`

for (const serializer of ['pickle', 'JSON'] as const) {
  const option = serializer === 'JSON' ? ', serializer=JSONSerializer' : ''

  t.test(
    `a ${serializer} job of stock Python runs, and Python reads all about it`,
    { skip: withoutPythonRq },
    async (t) => {
      const redis = await startRedis(t)
      await startDaemon(t, redis, ['-N', '1', '--name', 'ours', 'default'])
      await python(
        redis,
        `q = Queue('default', connection=redis${option})
q.enqueue('arithmetic.describe', 1, 'two', three=[3, None], job_id='j1', meta={'who': 'me', 'n': [1, 2]})
print('null')`,
      )
      await waitFor('the job to finish', async () => (await redis.client.hget('rq:job:j1', 'status')) === 'finished')
      const seen = await python<Seen>(redis, `${show}\nshow(Job.fetch('j1', connection=redis${option}))`)
      t.match(seen, {
        status: 'finished',
        result: [1, 'two', { three: [3, null] }],
        exc_info: null,
        worker_name: 'ours',
        meta: { who: 'me', n: [1, 2] },
        latest: { type: 'SUCCESSFUL', return_value: [1, 'two', { three: [3, null] }] },
      })
      t.match(seen.started_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
      t.match(seen.ended_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
    },
  )

  t.test(`a failed ${serializer} job shows its traceback to Python`, { skip: withoutPythonRq }, async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', 'default'])
    await python(
      redis,
      `q = Queue('default', connection=redis${option})
q.enqueue('thrower.fail', 'shut', job_id='f1', meta={'keep': True})
print('null')`,
    )
    await waitFor('the job to fail', async () => (await redis.client.hget('rq:job:f1', 'status')) === 'failed')
    const seen = await python<Seen>(redis, `${show}\nshow(Job.fetch('f1', connection=redis${option}))`)
    t.match(seen, { status: 'failed', result: null, meta: { keep: true }, latest: { type: 'FAILED' } })
    t.match(seen.exc_info, /ShopClosed: shut\n\s+at fail .*thrower\.mjs.*TypeError: no key/s)
  })
}

t.test('a pickled job that returns nothing gives Python None', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await python(redis, `Queue('default', connection=redis).enqueue('arithmetic.nothing', job_id='n1')\nprint('null')`)
  await waitFor('the job to finish', async () => (await redis.client.hget('rq:job:n1', 'status')) === 'finished')
  const seen = await python<Seen>(redis, `${show}\nshow(Job.fetch('n1', connection=redis))`)
  t.match(seen, { status: 'finished', result: null, latest: { type: 'SUCCESSFUL', return_value: null } })
})

t.test('a pickled object that only Python can hold fails the job by name', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  await python(
    redis,
    `from fractions import Fraction
Queue('default', connection=redis).enqueue('arithmetic.describe', Fraction(1, 3), job_id='o1')
print('null')`,
  )
  await waitFor('the job to fail', async () => (await redis.client.hget('rq:job:o1', 'status')) === 'failed')
  const seen = await python<Seen>(redis, `${show}\nshow(Job.fetch('o1', connection=redis))`)
  t.match(seen.exc_info, /fractions\.Fraction/)
})

t.test('a job that we failed is requeued by rq requeue and runs again here', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', 'default'])
  const gate = join(redis.folder, 'gate')
  await python(redis, `Queue('default', connection=redis).enqueue('gate.pass', '${gate}', job_id='g1')\nprint('null')`)
  await waitFor('the job to fail', async () => (await redis.client.hget('rq:job:g1', 'status')) === 'failed')
  await writeFile(gate, '')
  const requeued = await rq(redis, ['requeue', '--queue', 'default', 'g1'])
  t.equal(requeued.code, 0, requeued.stderr)
  await waitFor('the job to finish', async () => (await redis.client.hget('rq:job:g1', 'status')) === 'finished')
  // As after a requeue of RQ's own: the old traceback is emptied, not removed.
  t.match(await python<Seen>(redis, `${show}\nshow(Job.fetch('g1', connection=redis))`), {
    result: 'open',
    exc_info: '',
  })
  t.equal(await redis.client.zscore('rq:failed:default', 'g1'), null)
})
