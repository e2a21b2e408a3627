import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { preflight } from '../../daemon/preflight.js'
import { RecordingLogger } from '../helpers/recording-logger.js'
import { startRedis } from '../helpers/redis.js'

t.test('a fit server and folders pass in silence', async (t) => {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  await preflight(redis.client, [redis.folder], logger)
  t.same(logger.lines, [])
})

t.test('a task path that is missing, or no folder, is refused in one sentence', async (t) => {
  const redis = await startRedis(t)
  const file = join(redis.folder, 'file')
  await writeFile(file, '')
  const check = (path: string): Promise<void> => preflight(redis.client, [path], new RecordingLogger())
  await t.rejects(check(`${redis.folder}/nowhere`), {
    code: 'RQD_BAD_OPTION',
    message: /nowhere does not exist.*--path/,
  })
  await t.rejects(check(file), { code: 'RQD_BAD_OPTION', message: /is not a folder/ })
})

t.test('a server that may evict keys is warned of; a replica is refused', async (t) => {
  const redis = await startRedis(t, ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'])
  const logger = new RecordingLogger()
  await preflight(redis.client, [redis.folder], logger)
  t.match(logger.lines, [/^warn Redis may evict keys: .*noeviction/])
  await redis.client.replicaof('127.0.0.1', 1)
  await t.rejects(preflight(redis.client, [redis.folder], logger), {
    code: 'RQD_REDIS_UNFIT',
    message: /slave|replica/,
  })
})
