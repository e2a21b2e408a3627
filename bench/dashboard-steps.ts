/**
 * What a dashboard costs Redis on a large site: `npm run bench:dashboard [-- failed queued]`. Fills a private Redis,
 * walks all failed jobs by `failures.step`, asks for every page, reads the history, filters a group, and tells how long calls took and which
 * commands held Redis for more than 10 ms.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { FailureIndex } from '../daemon/dashboard/failure-index.js'
import { DataHere } from '../daemon/data/here.js'
import { systemClock } from '../src/clock.js'
import { noCounts, partOf } from '../src/history/minute.js'
import { systemRandom } from '../src/random.js'
import { addHistory } from '../src/redis/history-store.js'
import { createKeys } from '../src/redis/keys.js'
import { Store } from '../src/redis/store.js'
import { fillDashboard, largeSite } from './dashboard-fill.js'
import { askPages } from './dashboard-pages.js'

/** No command is to hold Redis for longer. */
const LIMIT_US = 10_000

const [failed = largeSite.failed, queued = largeSite.queued] = process.argv.slice(2).map(Number)
const folder = await mkdtemp(join(tmpdir(), 'rqd-dashboard-'))
const socket = join(folder, 'redis.sock')
const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], {
  stdio: 'ignore',
})
const redis = new Redis({ path: socket, maxRetriesPerRequest: null })
redis.on('error', () => undefined)
let slow = 0
try {
  await redis.ping()
  const keys = createKeys()
  const began = performance.now()
  const queues = await fillDashboard(redis, { ...largeSite, failed, queued })
  console.log(`${failed} failed and ${queued} queued jobs made in ${seconds(performance.now() - began)}`)
  for (let hour = 0; hour < 25; hour++) {
    const parts = Array.from({ length: 60 }, (_, i) => ({
      ageMs: (hour * 60 + i) * 60_000,
      part: partOf({ ...noCounts(), finished: 123_456, runMs: 1_234_567.891, waits: 123_456, waitMs: 7_654_321.123 }),
    }))
    await addHistory(redis, keys, parts)
  }
  const data = new DataHere({ store: new Store(redis, keys), clock: systemClock, random: systemRandom })
  await redis.config('SET', 'slowlog-log-slower-than', '1000', 'slowlog-max-len', '10000')

  const walkOf = async (): Promise<{ group: string; steps: number[] }> => {
    const steps: number[] = []
    let group = ''
    for (let cursor: string | null = null, ended = false; !ended;) {
      const from = performance.now()
      const step: { cursor: string | null; groups: { signature: string }[] } = await data.call('failures.step', {
        cursor,
      })
      steps.push(performance.now() - from)
      group ||= step.groups[0]?.signature ?? ''
      cursor = step.cursor
      ended = cursor === null
    }
    return { group, steps }
  }
  const { group, steps } = await measured('failures.step, all failed jobs', walkOf)
  tellTimes('a step', steps)
  await measured('pages, each ten times', async () => {
    for (const [what, times] of await askPages(data, 10)) tellTimes(what, times)
  })
  await measured('history of a day, 20 times', async () => {
    const times = await timed(20, () => data.call('history', { minutes: 1_440 }))
    tellTimes('a call', times)
  })
  await measured('one page of a group', async () => {
    tellTimes('a call', await timed(20, () => data.call('jobs', { group, statuses: ['failed'], limit: 200 })))
  })
  await measured('one minute of failures, as the index reads them', async () => {
    const index = new FailureIndex({
      data,
      clock: systemClock,
      logger: { error, warn: error, info: error, debug: error },
    })
    const from = performance.now()
    while (!index.snapshot().complete) await new Promise((resolve) => setTimeout(resolve, 200))
    const { groups, others, looked } = index.snapshot()
    console.log(`  ${looked} jobs, ${groups.length} groups, ${others} others, in ${seconds(performance.now() - from)}`)
    await index.stop()
  })
  console.log(`${queues.length} queues; ${slow} commands above ${LIMIT_US / 1000} ms`)
} finally {
  redis.disconnect()
  server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = slow === 0 ? 0 : 1

async function measured<T>(what: string, act: () => Promise<T>): Promise<T> {
  await redis.slowlog('RESET')
  console.log(`${what}:`)
  const from = performance.now()
  const result = await act()
  const log = (await redis.slowlog('GET', 10_000)) as [number, number, number, string[]][]
  const worst = log.reduce((most, [, , us]) => Math.max(most, us), 0)
  slow += log.filter(([, , us]) => us > LIMIT_US).length
  const command =
    log
      .find(([, , us]) => us === worst)?.[3]
      .slice(0, 2)
      .join(' ')
      .slice(0, 60) ?? 'none'
  console.log(
    `  ${seconds(performance.now() - from)}; ${log.length} commands above 1 ms, worst ${worst / 1000} ms (${command})`,
  )
  return result
}

async function timed(times: number, act: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < times; i++) {
    const from = performance.now()
    await act()
    all.push(performance.now() - from)
  }
  return all
}

function tellTimes(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)
  console.log(`  ${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${times.length} of them`)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function error(sentence: string): void {
  console.log(`  ${sentence}`)
}
