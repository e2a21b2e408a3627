import { join } from 'node:path'
import t from 'tap'
import { job, type Job } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { projectRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'

const { client: connection } = await startRedis(t)
const keys = createKeys()
const taskPaths = [join(projectRoot, 'test/fixtures/tasks')]
const functions = (await import(join(projectRoot, 'test/fixtures/tasks/delayed.mjs'))) as Record<
  'add' | 'later',
  (a: number, b: number) => number
>

void t.test('J8 a function given to job can be called as before, and delayed', async (t) => {
  const add = job('low', { connection, taskPaths, timeout: 5, resultTtl: '1h' })(functions.add)
  t.equal(add(3, 4), 7)
  const delayed: Job<number> = await add.delay(3, 4)
  t.match(delayed, { origin: 'low', funcName: 'delayed.add', args: [3, 4], timeoutSec: 5, resultTtlSec: 3600 })
  t.strictSame(await connection.lrange(keys.queue('low'), 0, -1), [delayed.id])
  const child = await add.with({ dependsOn: delayed, jobTimeout: 7, jobId: 'mine' }).delay(5, 6)
  t.match(child, { id: 'mine', status: 'deferred', timeoutSec: 7, resultTtlSec: 3600 })
  // @ts-expect-error an argument is of the wrong type
  t.type(() => add.delay('3', 4), 'function')
})

void t.test('J8 the connection may be opened by the first call', async (t) => {
  let opened = 0
  const open = (): typeof connection => {
    opened += 1
    return connection
  }
  const later = job('later', { connection: open, taskPaths })(functions.later)
  t.equal(later(2, 3), 6)
  t.equal(opened, 0)
  await later.delay(2, 3)
  await later.delay(4, 5)
  t.equal(opened, 1)
  await t.rejects(job('a,b', { connection })(() => 1).delay(), { code: 'RQD_BAD_OPTION' })
})
