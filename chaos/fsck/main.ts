import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { FsckReport } from '../../src/fsck/report.js'
import { createKeys } from '../../src/redis/keys.js'
import { RedisServer } from '../redis-server.js'
import { doDamage } from './damage.js'
import { fillWithJobs } from './fill.js'

/** Damage of each kind, and the wait between two looks. */
const EACH = 5
const WAIT_SEC = 5
/** What a command of the probe may take at the 99th percentile, beside fsck. */
const MOST_P99_MS = 5
const PROBE_EVERY_MS = 5
const BASELINE_MS = 5_000

const jobs = Number(process.argv[2] ?? 100_000)
const rqctl = join(import.meta.dirname, '../../daemon/bin/rqctl.js')

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Runs commands of a small application beside whatever else goes on, and takes their time. */
async function probe(redis: Redis, until: Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = []
  let isOver = false
  const over = until.finally(() => (isOver = true))
  while (!isOver) {
    const begun = performance.now()
    await redis.get('application')
    timesMs.push(performance.now() - begun)
    await delay(PROBE_EVERY_MS)
  }
  await over
  return timesMs.sort((a, b) => a - b)
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN
}

function show(what: string, timesMs: readonly number[]): void {
  const [p50, p99, worst] = [0.5, 0.99, 1].map((part) => quantile(timesMs, part).toFixed(2))
  say(`  ${what.padEnd(22)} p50 ${p50} ms  p99 ${p99} ms  longest ${worst} ms  (${timesMs.length} commands)`)
}

function fsck(url: string, args: readonly string[]): Promise<FsckReport> {
  const child = spawn(process.execPath, [rqctl, 'fsck', '--json', '--wait', String(WAIT_SEC), '-u', url, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(JSON.parse(text) as FsckReport))
  })
}

async function main(folder: string): Promise<number> {
  const server = new RedisServer(folder, false)
  await server.start()
  const application = new Redis({ path: server.socket })
  try {
    const keys = createKeys()
    say(`${jobs} jobs, ${EACH} times each kind of damage`)
    await fillWithJobs(server.client, keys, jobs)
    const damage = await doDamage(server.client, keys, EACH)
    await application.set('application', 'x')
    const alone = await probe(application, delay(BASELINE_MS))
    await server.client.config('SET', 'slowlog-log-slower-than', '2000')
    show('nothing beside it', alone)
    const problems: string[] = []
    const run = async (what: string, args: readonly string[], expected: number): Promise<void> => {
      const begun = performance.now()
      const running = fsck(server.url, args)
      const timesMs = await probe(application, running)
      const { findings } = await running
      show(what, timesMs)
      const left = findings.filter(({ outcome }) => outcome !== 'repaired').length
      const sec = ((performance.now() - begun) / 1_000).toFixed(1)
      say(`  ${''.padEnd(22)} ${findings.length} findings, ${left} of them left, ${sec} s`)
      if (findings.length !== expected) problems.push(`${what}: ${findings.length} findings instead of ${expected}`)
      if (quantile(timesMs, 0.99) > MOST_P99_MS) problems.push(`${what}: p99 over ${MOST_P99_MS} ms`)
    }
    await run('fsck', [], damage.length)
    await run('fsck --repair', ['--repair'], damage.length)
    await run('fsck, again', [], 0)
    const slow = (await server.client.call('SLOWLOG', 'GET', '128')) as [number, number, number, string[]][]
    const longestUs = Math.max(0, ...slow.map(([, , us]) => us))
    say(`  commands over 2 ms in Redis itself: ${slow.length}, the longest ${(longestUs / 1_000).toFixed(1)} ms`)
    for (const problem of problems) say(`  NOT AS IT SHOULD BE: ${problem}`)
    return problems.length === 0 ? 0 : 1
  } finally {
    application.disconnect()
    await server.end()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'rqd-fsck-'))
try {
  process.exitCode = await main(folder)
} finally {
  await rm(folder, { recursive: true, force: true })
}
