import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { fixtureTasks, rqd, startDaemon } from '../helpers/daemon.js'
import { runningWith } from '../helpers/processes.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// Executors are started before it is known whether the daemon can: whatever comes of that, none of them stays.

/** Marks a daemon and all its executors. */
function newMark(): { env: NodeJS.ProcessEnv; running: () => number[] } {
  const value = randomUUID()
  return { env: { START_TEST: value }, running: () => runningWith(`START_TEST=${value}`) }
}

t.test('while Redis does not answer, executors are warm; SIGTERM ends all of it well', async (t) => {
  const redis = await startRedis(t)
  const { env, running } = newMark()
  const nowhere = ['--url', 'unix:///nowhere/redis.sock', '-N', '2', 'default']
  const daemon = await startDaemon(t, redis, nowhere, { ready: false, env })
  await daemon.logged('Redis does not answer')
  t.ok(running().length >= 2, 'the daemon has executors')
  daemon.signal('SIGTERM')
  t.match(await daemon.ended, { code: 0, signal: null })
  t.same(running(), [])
})

t.test('executors of a daemon that is killed before it is ready end by themselves', async (t) => {
  const redis = await startRedis(t)
  const { env, running } = newMark()
  const nowhere = ['--url', 'unix:///nowhere/redis.sock', '-N', '2', 'default']
  const daemon = await startDaemon(t, redis, nowhere, { ready: false, env })
  await daemon.logged('Redis does not answer')
  daemon.signal('SIGKILL')
  await daemon.ended
  await waitFor('the executors to end', () => running().length === 0)
})

t.test('a start that is refused ends its executors: a name taken, no tasks, a wrong option', async (t) => {
  const redis = await startRedis(t)
  await startDaemon(t, redis, ['-N', '1', '--name', 'taken', 'default'])
  const base = ['--url', redis.url, '--socket', join(redis.folder, 's'), '--path', fixtureTasks, '-N', '1']
  const cases: [string[], number, RegExp][] = [
    [['--name', 'taken'], 1, /RQD_NAME_TAKEN/],
    [['--path', '/nowhere'], 1, /task path \/nowhere does not exist/],
    [['--lease-sec', 'long'], 2, /--lease-sec is "long"/],
    [['-N', 'many'], 2, /--executors is "many"/],
  ]
  for (const [args, code, message] of cases) {
    const { env, running } = newMark()
    const ended = await rqd([...base, ...args], env)
    t.equal(ended.code, code, args.join(' '))
    t.match(ended.stderr, message)
    t.same(running(), [], args.join(' '))
  }
})
