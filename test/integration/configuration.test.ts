import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqd, runProgram, startDaemon } from '../helpers/daemon.js'
import { plainNode } from '../helpers/environment.js'
import { compiledRoot } from '../helpers/paths.js'
import { ttlIs } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'

t.test(
  'a daemon works by its file alone, keeps its PID file while it runs, and logs as the file says (W3, W14)',
  async (t) => {
    const redis = await startRedis(t)
    const file = join(redis.folder, 'rqd.yaml')
    const text = `REDIS_URL: ${redis.url}
QUEUES: [other]
path: ${fixtureTasks}
socket: s
pid: rqd.pid
executors: 1
burst: true
log-format: '%(levelname)s|%(message)s'
disable-job-desc-logging: true
`
    await writeFile(file, text)
    const job = await new Queue('other', { connection: redis.client }).enqueue('arithmetic.add', 2, 3)
    const { code, stderr } = await rqd(['-c', file])
    t.equal(code, 0, stderr)
    await job.refresh()
    t.equal(job.result, 5)
    t.match(stderr, /^INFO\|configuration read {2}file=.*rqd.yaml$/m)
    t.match(stderr, /^INFO\|job started/m)
    t.notMatch(stderr, 'description=', 'descriptions hold arguments')
    t.notOk(existsSync(join(redis.folder, 'rqd.pid')))
  },
)

t.test('where stderr is the journal, each line begins with its priority (W3)', async (t) => {
  const redis = await startRedis(t)
  const journal = join(redis.folder, 'journal')
  await writeFile(journal, '')
  const { dev, ino } = await stat(journal)
  const args = ['--burst', '-u', redis.url, '-P', fixtureTasks, '-N', '1', '--socket', join(redis.folder, 's')]
  const command = plainNode([join(compiledRoot, 'daemon/bin/rqd.js'), ...args])
  const environment = { JOURNAL_STREAM: `${dev}:${ino}`, JOURNAL: journal }
  const { code } = await runProgram('sh', ['-c', 'exec "$@" 2>"$JOURNAL"', 'sh', ...command.flat()], environment)
  t.equal(code, 0)
  const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n')
  t.ok(lines.length > 1)
  for (const line of lines) t.match(line, /^<[3467]>[a-z]/)
})

t.test('a PID file is there while the daemon is, and keeps a second one from starting (W3)', async (t) => {
  const redis = await startRedis(t)
  const pid = join(redis.folder, 'rqd.pid')
  const daemon = await startDaemon(t, redis, ['-N', '1', '--pid', pid])
  t.equal(await readFile(pid, 'utf8'), `${daemon.pid}\n`)
  const second = await rqd([
    '-u',
    redis.url,
    '-P',
    fixtureTasks,
    '-N',
    '1',
    '--socket',
    join(redis.folder, 's'),
    '--pid',
    pid,
  ])
  t.match(second, { code: 1, stderr: new RegExp(`process ${daemon.pid}, which it names, is running`) })
  daemon.signal('SIGKILL')
  await daemon.ended
  const third = await startDaemon(t, redis, ['-N', '1', '--pid', pid])
  t.equal(await readFile(pid, 'utf8'), `${third.pid}\n`, 'a stale one is replaced')
  third.signal('SIGTERM')
  t.match(await third.ended, { code: 0 })
  t.notOk(existsSync(pid))
})

t.test(
  'a function is found below any of the paths, results stay as long as was said, and -q is quiet (W3)',
  async (t) => {
    const redis = await startRedis(t)
    const queue = new Queue('default', { connection: redis.client })
    const run = async (...flags: string[]): Promise<string> => {
      const args = ['-u', redis.url, '-P', redis.folder, '-P', fixtureTasks, '-N', '1', '--burst', ...flags]
      const { code, stderr } = await rqd([...args, '--socket', join(redis.folder, 's')])
      t.equal(code, 0, stderr)
      return stderr
    }
    const short = await queue.enqueue('arithmetic.add', 1, 2)
    const own = await queue.with({ resultTtl: 300 }).enqueue('arithmetic.add', 3, 4)
    t.notMatch(await run('-q', '--results-ttl', '77'), / (INFO|DEBUG) /)
    t.equal((await short.refresh()).result, 3)
    await ttlIs(t, redis.client, `rq:job:${short.id}`, 77)
    await ttlIs(t, redis.client, `rq:results:${short.id}`, 77)
    await ttlIs(t, redis.client, `rq:job:${own.id}`, 300)
    t.match(await run('-v'), / DEBUG /)
  },
)
