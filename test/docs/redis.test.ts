import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue, openRedis } from '../../src/index.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { freePort } from '../../chaos/free-port.js'
import { projectRoot } from '../helpers/paths.js'
import { type TestRedis, startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

type User = 'rqd-worker' | 'rqd-producer' | 'rqd-viewer'

interface Guarded {
  readonly redis: TestRedis
  url(user: User): string
  /** Allow what `rqctl fsck` needs beside. */
  allowFsck(): Promise<void>
  /** What Redis has refused so far, a line each. */
  refusals(): Promise<string[]>
}

/** A Redis whose users are those of docs/redis.md, and nobody else. */
async function guardedRedis(t: Test): Promise<Guarded> {
  const port = await freePort()
  const redis = await startRedis(t, ['--port', String(port)])
  const page = await readFile(join(projectRoot, 'docs/redis.md'), 'utf8')
  const rules = [...page.matchAll(/^ *ACL SETUSER ((?:.*\\\n)*.*)$/gm)].map(([, rule = '']) =>
    rule.replaceAll('\\\n', ' '),
  )
  t.equal(rules.length, 4, 'docs/redis.md has the rules of three users, and what fsck needs more')
  const allow = async (rule = ''): Promise<void> => {
    await redis.client.call('ACL', 'SETUSER', ...rule.trim().split(/\s+/))
  }
  for (const rule of rules.slice(0, 3)) await allow(rule)
  return {
    redis,
    allowFsck: () => allow(rules[3]),
    url: (user) => `redis://${user}:secret@127.0.0.1:${port}/0`,
    refusals: async () => {
      const log = (await redis.client.call('ACL', 'LOG', '100')) as unknown[]
      return log.map((entry) => {
        const fields = Array.isArray(entry)
          ? entry.map(String)
          : Object.entries(entry as object)
              .flat()
              .map(String)
        const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? ''
        return `${field('username')}: ${field('reason')} ${field('object')} (${field('context')}) ${field('client-info')}`
      })
    },
  }
}

t.test('under the rules of the page a daemon works, producers enqueue, viewers look and operators act', async (t) => {
  const { redis, url, refusals, allowFsck } = await guardedRedis(t)
  const worker = url('rqd-worker')
  await startDaemon(t, { ...redis, url: worker }, ['-N', '2', '--name', 'w', '--wait-replicas', '0', 'default'])
  const connection = openRedis(url('rqd-producer'))
  t.teardown(() => connection.disconnect())
  const queue = new Queue('default', { connection, defaultTimeout: 60 })
  const ended = async (id: string, status: string): Promise<void> =>
    waitFor(`job ${id} to be ${status}`, async () => (await queue.fetchJob(id))?.status === status).then(
      () => undefined,
    )

  const first = await queue.enqueue('arithmetic.add', 1, 2)
  await ended(first.id, 'finished')
  await first.refresh()
  t.equal(first.result, 3)
  const many = await queue.enqueueMany([queue.prepare('arithmetic.add', 1, 2), queue.prepare('arithmetic.add', 2, 3)])
  const next = await queue.enqueueCall({ func: 'arithmetic.add', args: [1, 1], dependsOn: many.map(({ id }) => id) })
  const only = await queue.enqueueCall({ func: 'arithmetic.add', args: [1, 1], jobId: 'only', unique: true })
  const later = await queue.enqueueIn(1, 'arithmetic.add', 4, 4)
  const failing = await queue.enqueueCall({ func: 'nowhere.at_all', jobId: 'failing', retry: { max: 1 } })
  const grouped = await queue.enqueueCall({ func: 'arithmetic.add', args: [1, 2], group: 'g' })
  for (const { id } of [...many, next, only, later, grouped]) await ended(id, 'finished')
  await ended(failing.id, 'failed')
  t.equal(await queue.count(), 0)

  for (const args of [
    ['info'],
    ['queues'],
    ['workers'],
    ['jobs', '--status', 'failed'],
    ['job', 'failing'],
    ['explain', 'failing'],
    ['cron'],
    ['daemons'],
  ]) {
    const { code, stderr } = await rqctl([...args, '--url', url('rqd-viewer')])
    t.equal(code, 0, `a viewer: ${args.join(' ')} ${stderr}`)
  }
  await allowFsck()
  for (const args of [
    ['requeue', 'failing'],
    ['pause', '--everywhere', 'default'],
    ['resume', '--everywhere', 'default'],
    ['status', '--everywhere'],
    ['suspend'],
    ['resume', '--everywhere'],
    ['fsck'],
    ['empty', 'default'],
    ['delete', first.id],
  ]) {
    const { code, stderr } = await rqctl([...args, '--url', worker])
    t.equal(code, 0, `an operator: ${args.join(' ')} ${stderr}`)
  }
  t.strictSame(await refusals(), [], 'Redis has refused nothing')
})

t.test('the rules of the page allow nothing else', async (t) => {
  const { url } = await guardedRedis(t)
  const denied: [readonly User[], string[]][] = [
    [['rqd-worker', 'rqd-producer', 'rqd-viewer'], ['FLUSHALL']],
    [['rqd-worker', 'rqd-producer', 'rqd-viewer'], ['FLUSHDB']],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['KEYS', '*'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['CONFIG', 'GET', '*'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['CONFIG', 'SET', 'maxmemory', '1'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['ACL', 'LIST'],
    ],
    [['rqd-worker', 'rqd-producer', 'rqd-viewer'], ['SHUTDOWN']],
    [['rqd-worker', 'rqd-producer', 'rqd-viewer'], ['MONITOR']],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['REPLICAOF', 'NO', 'ONE'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['HGETALL', 'app:users'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['EVAL', "return redis.call('HGETALL', 'app:users')", '0'],
    ],
    [
      ['rqd-worker', 'rqd-producer', 'rqd-viewer'],
      ['EVAL', "return redis.call('FLUSHALL')", '0'],
    ],
    [
      ['rqd-producer', 'rqd-viewer'],
      ['SUBSCRIBE', 'rq:pubsub:w'],
    ],
    [
      ['rqd-producer', 'rqd-viewer'],
      ['PUBLISH', 'rq:pubsub:w', 'x'],
    ],
    [
      ['rqd-producer', 'rqd-viewer'],
      ['LPOP', 'rq:queue:default'],
    ],
    [['rqd-viewer'], ['RPUSH', 'rq:queue:default', 'x']],
    [['rqd-viewer'], ['EVAL', "return redis.call('HSET', 'rq:job:x', 'status', 'finished')", '0']],
  ]
  for (const user of ['rqd-worker', 'rqd-producer', 'rqd-viewer'] as const) {
    const connection = openRedis(url(user))
    for (const [users, [command = '', ...args]] of denied) {
      if (!users.includes(user)) continue
      await t.rejects(
        connection.call(command, ...args),
        /NOPERM|ACL failure|can't (run|access)|permission/i,
        `${user}: ${command} ${args.join(' ')}`,
      )
    }
    connection.disconnect()
  }
})
