import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createKeys } from '../../src/redis/keys.js'
import { Queue } from '../../src/queue.js'
import { nowMs } from '../clock.js'
import { environment } from '../fleet.js'
import { MarkFile } from '../mark-file.js'
import { executionsOf } from '../marks.js'
import { HostDaemon } from './hosts.js'
import { HubRedis } from './hub-redis.js'
import { Network } from './network.js'
import type { CutOptions } from './options.js'
import { type CutReport, judgeCut } from './verdict.js'

const keys = createKeys()
const BOUND_MS = 60_000
const TICK_MS = 100
/** Longest short job, milliseconds. */
const SHORT_MS = 20
/** How much longer than the lease a long job takes, seconds: it ends while the link is cut, and somebody has it by then. */
const BEYOND_LEASE_SEC = 2

/**
 * One run from start to end; everything that it started is gone when it returns or throws.
 * @throws Error if something does not come about in time
 */
export async function runCut(
  options: CutOptions,
  say: (what: string) => void,
  signal: AbortSignal,
): Promise<CutReport> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-netns-'))
  const marks = new MarkFile(join(folder, 'marks'))
  const network = await Network.make(2, { slow: options.delayMs > 0 })
  const redis = await HubRedis.start(network, folder)
  const daemons = [0, 1].map((host) => HostDaemon.start(network, host, options, folder, environment(marks.path)))
  const killAll = (): void => {
    for (const daemon of daemons) daemon.kill()
    redis.kill()
  }
  process.once('exit', killAll)
  const jobs: string[] = []
  const loading = new AbortController()
  const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
    const deadline = nowMs() + BOUND_MS
    while (!(await isSo())) {
      if (nowMs() > deadline) throw new Error(`waited in vain for ${what}\n${lastWords(daemons)}`)
      await delay(TICK_MS, undefined, { signal })
    }
  }
  try {
    if (options.delayMs > 0) {
      for (const { host } of daemons) await network.delay(host, options.delayMs)
      say(`all links take ${options.delayMs} ms longer each way`)
    }
    await until('two daemons', async () => (await statuses(daemons)).every((each) => each?.state === 'running'))
    const queues = [new Queue('long', { connection: redis.client }), new Queue('short', { connection: redis.client })]
    const [long, short] = queues as [Queue, Queue]
    const enqueue = async (queue: Queue, ms: number): Promise<void> => {
      const id = `${queue.name}-${jobs.length}`
      jobs.push(id)
      await queue.with({ jobId: id, resultTtl: 86_400 }).enqueue('work.run', id, ms)
    }
    const load = produce(options.rate, () => enqueue(short, jobs.length % SHORT_MS), loading.signal)
    for (let i = 0; i < options.executors; i += 1) await enqueue(long, (options.leaseSec + BEYOND_LEASE_SEC) * 1000)
    await until('the long jobs to run', () => {
      marks.read()
      const begun = marks.marks.filter(({ kind, jobId }) => kind === 'begin' && jobId.startsWith('long'))
      return begun.length === options.executors
    })
    // The daemon that holds the first long job is the one to be cut off.
    const first = marks.marks.find(({ jobId }) => jobId.startsWith('long'))
    const [cut, other] = first?.parentPid === daemons[0]?.pid ? daemons : daemons.toReversed()
    if (cut === undefined || other === undefined) throw new Error('there are not two daemons')
    await network.cut(cut.host)
    const cutMs = nowMs()
    say(`host ${cut.host} is cut off`)
    await until('the other daemon to take over', async () => ((await other.status())?.counters.recovered ?? 0) > 0)
    say(`host ${other.host} has taken over after ${seconds(nowMs() - cutMs)}`)
    await until('the jobs on the host that is cut off to end', async () => {
      const status = await cut.status()
      return status?.executors.every(({ running }) => running === 0) ?? false
    })
    const leftMs = cutMs + options.cutSec * 1000 - nowMs()
    if (leftMs > 0) await delay(leftMs, undefined, { signal })
    await network.mend(cut.host)
    const mendedMs = nowMs()
    say(`mended after ${seconds(mendedMs - cutMs)}`)
    await until('late results to be refused', async () => ((await cut.status())?.counters.fenced ?? 0) > 0)
    say(`late results were refused ${seconds(nowMs() - mendedMs)} after that`)
    await until('the daemon that was cut off to work again', () => {
      marks.read()
      return marks.marks.some(({ parentPid, atMs }) => parentPid === cut.pid && atMs > mendedMs)
    })
    loading.abort()
    await load
    const statusOf = (): Promise<(string | null)[]> =>
      Promise.all(jobs.map((id) => redis.client.hget(keys.job(id), 'status')))
    await until('all jobs to finish', async () => (await statusOf()).every((status) => status === 'finished'))
    marks.read()
    const [found, results] = [
      await statusOf(),
      await Promise.all(jobs.map((id) => redis.client.xlen(keys.results(id)))),
    ]
    const counters = (await statuses(daemons)).map((each) => each?.counters)
    return judgeCut({
      jobs,
      runs: executionsOf(marks.marks),
      statuses: new Map(jobs.map((id, i) => [id, found[i] ?? null])),
      results: new Map(jobs.map((id, i) => [id, results[i] ?? 0])),
      cutPid: cut.pid,
      cutMs,
      mendedMs,
      delayMs: options.delayMs,
      fenced: counters.reduce((sum, each) => sum + (each?.fenced ?? 0), 0),
      recovered: counters.reduce((sum, each) => sum + (each?.recovered ?? 0), 0),
    })
  } finally {
    loading.abort()
    await Promise.all(daemons.map((daemon) => daemon.stop()))
    await redis.end()
    await network.remove()
    marks.close()
    process.off('exit', killAll)
    await rm(folder, { recursive: true, force: true })
  }
}

async function produce(rate: number, enqueue: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const each = Math.max(1, Math.round((rate * TICK_MS) / 1000))
  while (!signal.aborted) {
    for (let i = 0; i < each; i += 1) await enqueue()
    await delay(TICK_MS, undefined, { signal }).catch(() => undefined)
  }
}

function statuses(daemons: readonly HostDaemon[]): Promise<Awaited<ReturnType<HostDaemon['status']>>[]> {
  return Promise.all(daemons.map((daemon) => daemon.status()))
}

function lastWords(daemons: readonly HostDaemon[]): string {
  return daemons.map((daemon) => `host ${daemon.host}:\n${daemon.lastWords()}`).join('\n')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
