import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { Queue } from '../../../src/index.js'
import { encodeExcInfo, encodeResult } from '../../../src/job/result.js'
import { createKeys } from '../../../src/redis/keys.js'
import type { TestRedis } from '../../helpers/redis.js'
import { startBothWays } from './both-ways.js'

const keys = createKeys()

/** A failed job as workers leave one. */
async function addFailed(
  { client }: TestRedis,
  id: string,
  func: string,
  error: string,
  agoSec: number,
): Promise<void> {
  const queue = new Queue('q', { connection: client })
  await queue.enqueueCall({ func, args: [1], jobId: id })
  const endedMs = Date.now() - agoSec * 1000
  await client.lrem(keys.queue('q'), 0, id)
  await client.hset(keys.job(id), { status: 'failed', ended_at: new Date(endedMs).toISOString() })
  await client.zadd(keys.failed('q'), Math.floor(endedMs / 1000) + 1e7, id)
  const result = {
    type: 2,
    excString: `Traceback (most recent call last):\n  File "x.py"\n${error}\n`,
    workerName: 'w1',
    executionId: 'e',
    executionStartedAtMs: endedMs,
    executionEndedAtMs: endedMs,
  } as const
  await client.xadd(keys.results(id), '*', ...encodeResult(result))
}

t.test('C5 C7: jobs by queue, state, function, age and error, through the daemon and straight', async (t) => {
  const { redis, ways } = await startBothWays(t)
  const queue = new Queue('high', { connection: redis.client })
  await queue.enqueueCall({ func: 'mail.send', jobId: 'waits' })
  await addFailed(redis, 'f1', 'mail.send', 'ValueError: no address', 7_200)
  await addFailed(redis, 'f2', 'shop.bill', 'KeyError: 7', 60)
  await addFailed(redis, 'f3', 'mail.fetch', 'TimeoutError', 30)
  await redis.client.zadd(keys.failed('q'), 5, 'gone')
  // As RQ 1.11 left them.
  await redis.client.del(keys.results('f3'))
  await redis.client.hset(keys.job('f3'), 'exc_info', Buffer.from(encodeExcInfo('Traceback\nOSError: old\n')))
  for (const [name, run] of Object.entries(ways)) {
    const ids = async (...argv: string[]) =>
      (await run(['jobs', '--format', '{id}', ...argv])).stdout.trim().split('\n').join(' ')
    t.equal(await ids(), 'waits f3 f2 f1 gone', name)
    t.equal(await ids('--queue', 'q'), 'f3 f2 f1 gone')
    t.equal(await ids('--queue', 'q', '--queue', 'high'), 'f3 f2 f1 gone waits')
    t.equal(await ids('--status', 'queued'), 'waits')
    t.equal(await ids('--status', 'failed', '--status', 'queued'), 'waits f3 f2 f1 gone')
    t.equal(await ids('--func', 'mail.*'), 'waits f3 f1')
    t.equal(await ids('--older-than', '1h'), 'f1')
    t.equal(await ids('--error', 'keyerror'), 'f2')
    t.equal(await ids('--error', 'oserror'), 'f3')
    t.equal(await ids('--func', '*.send', '--status', 'failed', '--error', 'address'), 'f1')
    t.match(await run(['jobs', '--func', 'nothing']), { code: 0, stdout: 'No jobs.\n', stderr: '' })
    const { stdout } = await run(['jobs'])
    t.match(stdout, /^JOB +STATUS +QUEUE +AGE +FUNCTION +WORKER +ERROR\n/)
    t.match(stdout, /^f1 +failed +q +2h 00m +mail\.send +- +ValueError: no address$/m)
    t.match(stdout, /^gone +gone +q +- +- +- +-$/m)
  }
})

t.test('C5: --limit says that there may be more; --json is one document, also of none', async (t) => {
  const { redis, run } = await startBothWays(t)
  t.same(JSON.parse((await run(['jobs', '--json'])).stdout), { jobs: [], more: false })
  const queue = new Queue('q', { connection: redis.client })
  await queue.enqueueMany(Array.from({ length: 450 }, (_, i) => ({ func: 'a.b', args: [i], jobId: `j${i}` })))
  const some = await run(['jobs', '--limit', '3', '--json'])
  t.match(JSON.parse(some.stdout), {
    jobs: [{ id: 'j0', func: 'a.b', status: 'queued', ageSec: Number }, {}, {}],
    more: true,
  })
  t.equal(some.stderr, 'rqctl: the first 3 jobs; there may be more: --limit all lists them\n')
  const all = await run(['jobs', '--limit', 'all', '--json'])
  t.equal(all.stderr, '')
  const { jobs, more } = JSON.parse(all.stdout) as { jobs: { id: string }[]; more: boolean }
  t.same([jobs.map(({ id }) => id), more], [Array.from({ length: 450 }, (_, i) => `j${i}`), false])
  t.equal((await run(['jobs'])).stdout.split('\n').length, 102)
  const lines = (await run(['jobs', '--limit', 'all'])).stdout.split('\n')
  t.equal(lines.filter((line) => line.startsWith('JOB ')).length, 1, 'one head for all parts')
})

t.test('it fits the screen, and what others wrote neither moves the cursor nor breaks a line', async (t) => {
  const { redis, run } = await startBothWays(t)
  await addFailed(redis, '7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11', 'reports.monthly.build', 'E: \x1b[2J', 60)
  await redis.client.hset(keys.job('7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11'), 'worker_name', 'w\nx')
  for (const columns of [60, 80, 110, 140, 200]) {
    const { stdout } = await run(['jobs'], { columns, env: { NO_COLOR: '1' } })
    t.notMatch(stdout, '\x1b')
    const lines = stripVTControlCharacters(stdout).split('\n')
    t.equal(lines.length, 3)
    for (const line of lines) t.ok(line.length <= columns, line)
  }
})

t.test('C12: wrong usage is told with what was found and expected', async (t) => {
  const { run } = await startBothWays(t)
  const cases: [string[], RegExp][] = [
    [['--status', 'faild'], /--status is "faild"; did you mean "failed"\?/],
    [['--limit', '0'], /--limit is "0"; expected a whole number from 1 on, or all/],
    [['--older-than', 'x'], /--older-than is "x"; expected whole seconds/],
    [['--format', '{ide}'], /unknown field "ide"; did you mean "id"\?/],
    [['--format', '{id}', '--json'], /found --format and --json/],
    [['--statu', 'failed'], /Did you mean --status\?/],
  ]
  for (const [argv, message] of cases) {
    const { code, stderr } = await run(['jobs', ...argv])
    t.equal(code, 2, argv.join(' '))
    t.match(stderr, message)
  }
})
