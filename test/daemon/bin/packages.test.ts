import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runProgram, startDaemon } from '../../helpers/daemon.js'
import { plainNode } from '../../helpers/environment.js'
import { compiledRoot, projectRoot } from '../../helpers/paths.js'
import { startRedis } from '../../helpers/redis.js'

// A package that is loaded without need is what makes a program slow to start: zod and ioredis take a tenth of a
// second each on a small machine.

/** The packages that a program of ours has loaded when it ends. */
async function packagesOf(t: Test, file: string, args: readonly string[]): Promise<string[]> {
  const list = join(t.testdir({}), 'packages.json')
  const hook = join(projectRoot, 'test/fixtures/list-packages.cjs')
  const command = plainNode(['--require', hook, join(compiledRoot, 'daemon', file), ...args])
  await runProgram(...command, { LIST_PACKAGES: list, RQ_REDIS_URL: 'unix:///nowhere.sock' })
  return JSON.parse(await readFile(list, 'utf8')) as string[]
}

t.test('rqctl loads what its command needs', async (t) => {
  const redis = await startRedis(t)
  const { socket } = await startDaemon(t, redis, ['-N', '1', 'default'])
  const packages = await packagesOf(t, 'bin/rqctl.js', ['status', '--socket', socket])
  for (const needed of ['commander', 'cli-table3', 'json-rpc-2.0', 'picocolors'])
    t.ok(packages.includes(needed), needed)
  for (const other of ['cli-progress', 'fastest-levenshtein', 'ioredis', 'winston', 'zod', '@msgpack/msgpack'])
    t.notOk(packages.includes(other), other)
  t.same(await packagesOf(t, 'bin/rqctl.js', ['ping', '--socket', socket]), ['commander', 'json-rpc-2.0', 'picocolors'])
  t.ok((await packagesOf(t, 'bin/rqctl.js', ['info'])).includes('ioredis'))
})

t.test('an executor loads the codec of its channel and nothing else', async (t) => {
  // Without a channel it says so and ends; all is loaded by then.
  t.same(await packagesOf(t, 'executor/main.js', []), ['@msgpack/msgpack'])
})

t.test('the help of rqd loads no more than its command line', async (t) => {
  t.same(await packagesOf(t, 'bin/rqd.js', ['--help']), ['@msgpack/msgpack', 'commander'])
})
