import t from 'tap'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('P4 W17 rq suspend holds our workers, rq resume lets them go on', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'ours', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const { code, stderr } = await rq(redis, ['suspend'])
  t.equal(code, 0, stderr)
  await waitFor('the daemon to see it', async () => (await daemon.status()).state === 'suspended')
  const job = await queue.enqueue('arithmetic.add', 1, 2)
  const states = `print(json.dumps([w.get_state() for w in Worker.all(connection=redis)]))`
  await waitFor('Python to see it', async () => (await python<string[]>(redis, states))[0] === 'suspended')
  t.strictSame(await queue.jobIds(), [job.id])
  t.equal((await job.refresh()).status, 'queued')
  t.equal((await rq(redis, ['resume'])).code, 0)
  await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
  t.equal(job.result, 3)
})
