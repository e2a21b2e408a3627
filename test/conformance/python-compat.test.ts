import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// P4: what --compat changes for RQ 1.13.

for (const [compat, shown] of [
  ['1.13', 'the id of the running job'],
  ['mixed', 'the entry as 2.x writes it'],
] as const) {
  t.test(`with --compat ${compat}, RQ 1.13 reads ${shown}`, { skip: withoutPythonRq }, async (t) => {
    const redis = await startRedis(t)
    await startDaemon(t, redis, ['-N', '1', '--compat', compat, 'default'])
    const gate = join(redis.folder, 'gate')
    const job = await new Queue('default', { connection: redis.client }).enqueue('gate.wait', gate)
    await waitFor('the job to be shown', async () => (await redis.client.zcard('rq:wip:default')) === 1)
    const started = `registry = StartedJobRegistry('default', connection=redis)
print(json.dumps(registry.get_job_ids()))`
    const ids = await python<string[]>(redis, started)
    t.equal(ids.length, 1)
    t.match(ids[0], compat === '1.13' ? new RegExp(`^${job.id}$`) : new RegExp(`^${job.id}:[0-9a-f]{32}$`))
    await writeFile(gate, '')
    await waitFor('the job to end', async () => (await job.refresh()).isFinished)
    t.strictSame(await python(redis, started), [])
    t.equal(await redis.client.exists('rq:wip:default'), 0)
  })
}
