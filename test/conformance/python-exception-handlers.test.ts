import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// W12: the same job, the same flags, once by stock Python RQ 1.13 and once by us.

const pythonTasks = `
def fail(message): raise ValueError(message)
`

/** What is left of a failed job, without what differs from run to run. */
async function leftovers({ client }: TestRedis, id: string): Promise<unknown> {
  const hash = await client.hgetall(`rq:job:${id}`)
  const told = Object.entries(hash)
    .filter(([, value]) => value !== '')
    .map(([name]) => name)
  return {
    status: hash['status'],
    isEnded: told.includes('ended_at'),
    isStarted: told.includes('started_at'),
    hasExcInfo: told.includes('exc_info'),
    expires: (await client.ttl(`rq:job:${id}`)) > 0,
    isListed: (await client.zscore('rq:failed:default', id)) !== null,
    results: await client.xlen(`rq:results:${id}`),
  }
}

for (const flags of [[], ['-d']]) {
  t.test(
    `W12: rq worker ${flags.join(' ')} and rqd leave the same of a job that fails`,
    { skip: withoutPythonRq },
    async (t) => {
      const redis = await startRedis(t)
      await writeFile(join(redis.folder, 'thrower.py'), pythonTasks)
      const enqueue = (id: string): Promise<null> =>
        python(
          redis,
          `Queue('default', connection=redis).enqueue('thrower.fail', 'at night', job_id='${id}')\nprint('null')`,
        )
      await enqueue('python')
      const ended = await rq(redis, ['worker', '--burst', '--path', redis.folder, ...flags, 'default'])
      t.equal(ended.code, 0, ended.stderr)
      await enqueue('ours')
      await startDaemon(t, redis, ['-N', '1', ...flags, 'default'])
      await waitFor('it to fail', async () => (await redis.client.hget('rq:job:ours', 'status')) === 'failed')
      t.strictSame(await leftovers(redis, 'ours'), await leftovers(redis, 'python'))
    },
  )
}
