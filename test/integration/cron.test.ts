import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue } from '../../src/index.js'
import { createKeys } from '../../src/redis/keys.js'
import { queuedTicks } from '../helpers/cron-ticks.js'
import { fixtureTasks, rqctl } from '../helpers/daemon.js'
import { plainNode } from '../helpers/environment.js'
import { compiledRoot } from '../helpers/paths.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const keys = createKeys()
let daemons = 0

interface CronDaemon {
  readonly pid: number
  readonly socket: string
  log(): string
  kill(signal: NodeJS.Signals): Promise<number | null>
}

/** Start a daemon with these cron entries; it ends with the test. */
function start(t: Test, redis: TestRedis, cron: readonly object[]): CronDaemon {
  const socket = join(redis.folder, `cron-${daemons++}.sock`)
  const config = { url: redis.url, socket, path: [fixtureTasks], executors: 1, spares: 0, cron }
  const program = join(compiledRoot, 'test/helpers/cron-daemon.js')
  const child: ChildProcess = spawn(...plainNode([program, JSON.stringify(config)]), {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
  const closed = once(child, 'close')
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    await closed
    return child.exitCode
  }
  t.teardown(() => kill('SIGKILL'))
  return { pid: child.pid ?? 0, socket, log: () => log, kill }
}

t.test('J20 a daemon runs its cron entries, says so, and shows them over its socket and from Redis', async (t) => {
  const redis = await startRedis(t)
  const later = { name: 'later', schedule: '0 0 1 1 *', timeZone: 'Europe/Berlin', func: 'a.b' }
  const daemon = start(t, redis, [{ name: 'sum', interval: '1h', func: 'arithmetic.add', args: [1, 2] }, later])
  const entry = await waitFor('the job', () => redis.client.hget(keys.cronEntry('sum'), 'last_job'))
  const job = await new Queue('default', { connection: redis.client }).fetchJob(entry)
  await waitFor('its end', async () => (await job?.refresh())?.status === 'finished')
  t.equal(job?.result, 3)
  await waitFor('the log', () => daemon.log().includes('a cron entry has fired'))
  t.match(daemon.log(), /cron entries are looked after.*sum, later/)
  await waitFor('the socket', () => daemon.log().includes('daemon ready'))
  const shown = await rqctl(['cron', '--json', '--socket', daemon.socket])
  t.match(JSON.parse(shown.stdout), {
    entries: [
      { name: 'later', cron: '0 0 1 1 *', timeZone: 'Europe/Berlin', lastTick: null, holder: String },
      { name: 'sum', intervalSec: 3600, lastJobId: entry, nextTick: String },
    ],
  })
  t.equal(await daemon.kill('SIGTERM'), 0)
  const bare = await rqctl(['cron', '--url', redis.url])
  t.match(bare.stdout, /^NAME +SCHEDULE +ZONE .*\nlater +0 0 1 1 \* +Europe\/Berlin .*-12-31T23:00:00Z/)
  t.match(bare.stdout, new RegExp(`^sum +every 1h 00m .* ${entry} `, 'm'))
  t.match(bare.stderr, /no scheduler looks after "later"\n.*"sum"/)
})

t.test('J20 two daemons with the same entries, killed in turn: each second once, none missed', async (t) => {
  const redis = await startRedis(t)
  const entries = [{ name: 'tick', schedule: '* * * * * *', func: 'a.b', queue: 'ticks', backfill: true }]
  const running = [start(t, redis, entries), start(t, redis, entries)]
  const depth = (): Promise<number> => redis.client.llen(keys.queue('ticks'))
  for (let kills = 0; kills < 3; kills++) {
    const before = await depth()
    await waitFor('some ticks', async () => (await depth()) >= before + 2, 60_000)
    const holder = await redis.client.hget(keys.cronEntry('tick'), 'holder')
    const held = running.findIndex(({ pid }) => holder?.includes(`:${pid}:`) === true)
    t.ok(held >= 0, `one of the daemons holds it: ${String(holder)}`)
    await running[held]?.kill('SIGKILL')
    running[held] = start(t, redis, entries)
  }
  const before = await depth()
  await waitFor('ticks of the last', async () => (await depth()) > before + 3, 60_000)
  const ticks = (await queuedTicks(redis.client, 'ticks')).map((tick) => Date.parse(tick))
  t.strictSame(
    ticks,
    ticks.map((_, i) => (ticks[0] ?? 0) + i * 1_000),
  )
})
