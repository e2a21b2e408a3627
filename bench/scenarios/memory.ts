import type { Redis } from 'ioredis'
import { setTimeout as delay } from 'node:timers/promises'
import { descendantsOf, titleOf } from '../../chaos/processes.js'
import { readVitals } from '../../daemon/supervisor/vitals.js'
import { Bed } from '../bed.js'
import { fill } from '../fill.js'
import { Running } from '../processes.js'
import { check, checkRatio, type Check, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'
import type { Place, Side } from '../side.js'
import { allSides } from '../sides.js'
import { untilDone } from '../until-done.js'

const queues = ['default']
/** Garbage that a burst leaves behind is collected by then. */
const SETTLE_MS = 1_500
/** Jobs before those that are weighed. */
const FIRST = 20

interface Footprint {
  readonly mainMb: number
  /** The other processes, each. */
  readonly otherMb: number
  readonly totalMb: number
  readonly queuedBytes: number
  readonly doneBytes: number
}

export const memoryScenario: Scenario = {
  name: 'memory',
  title: 'Memory: processes after some work, and Redis per job',
  async run({ options, sides, bestWidth, say }) {
    const measured = sides.filter(({ id }) => id !== 'ceiling')
    const values = await inRounds(options.rounds, measured, async (side, round) => {
      say(`memory, round ${round + 1} of ${options.rounds}: ${side.title}`)
      return weigh(side, await bestWidth(side), 500)
    })
    const rows: (Row & { id: string })[] = []
    for (const [side, footprints] of values) {
      const add = (what: string, unit: string, pick: (one: Footprint) => number): void => {
        rows.push({ id: side.id, what, side: side.title, unit, values: footprints.map(pick) })
      }
      add('main process', 'MB', ({ mainMb }) => mainMb)
      if (footprints.some(({ otherMb }) => otherMb > 0)) add('each other process', 'MB', ({ otherMb }) => otherMb)
      add('all processes', 'MB', ({ totalMb }) => totalMb)
      add('Redis per queued job', 'bytes', ({ queuedBytes }) => queuedBytes)
      add('Redis per finished job', 'bytes', ({ doneBytes }) => doneBytes)
    }
    return {
      name: this.name,
      title: this.title,
      how:
        'Resident memory of the worker’s processes, idle after a small burst of no-op jobs; MB are millions of ' +
        'bytes. Redis: what used_memory grows by per job, with no worker there and the results kept. Our ' +
        'jobs are enqueued by Python RQ here, so that they are the same as its own; bee-queue keeps nothing.',
      rows: rows.map(({ what, side, unit, values: all }) => ({ what, side, unit, values: all })),
      checks: checksOf(rows),
    }
  },
}

function checksOf(rows: readonly (Row & { id: string })[]): Check[] {
  const find = (id: string, what: string): Row | undefined => rows.find((row) => row.id === id && row.what === what)
  const atMost = (what: string, name: string, limit: number): Check[] => {
    const row = find('ours', what)
    return row === undefined ? [] : [check(name, row.unit, row.values, { op: '<=', limit })]
  }
  const perJob = 'Redis per finished job'
  return [
    ...atMost('main process', 'ours: supervisor', 90),
    ...atMost('each other process', 'ours: idle executor', 60),
    ...checkRatio(
      `${perJob}: ours / Python RQ 1.13`,
      find('ours', perJob),
      find('rq-simple', perJob) ?? find('rq', perJob),
      {
        op: '<=',
        limit: 0.3,
      },
    ),
  ]
}

function weigh(side: Side, width: number, wanted: number): Promise<Footprint> {
  return Bed.use(async ({ server, folder }) => {
    const redis = server.client
    const jobs = Math.min(wanted, side.maxJobs)
    const place = { path: server.socket, queues, width, folder }
    // The very job that Python RQ would run.
    const producer = side.id === 'ours' ? (allSides.find(({ id }) => id === 'rq') ?? side) : side
    const enqueue = (n: number): Promise<void> => fill(producer, place.path, queues, n, { task: 'noop' })
    // What there is once and for all, such as scripts and the first buffers, is not the jobs'.
    await enqueue(FIRST)
    await runWorker(redis, side, place, FIRST)
    const before = await usedMemory(redis)
    await enqueue(jobs)
    const queued = await usedMemory(redis)
    const { main, others } = await runWorker(redis, side, place, FIRST + jobs)
    const done = await usedMemory(redis)
    const sum = others.reduce((total, mb) => total + mb, 0)
    return {
      mainMb: main,
      otherMb: others.length === 0 ? 0 : sum / others.length,
      totalMb: main + sum,
      queuedBytes: (queued - before) / jobs,
      doneBytes: (done - before) / jobs,
    }
  })
}

/** A worker from its start to its end. @returns the memory of its processes when all was done */
async function runWorker(redis: Redis, side: Side, place: Place, total: number): Promise<Resident> {
  const worker = new Running(side.worker(place))
  try {
    await untilDone(worker, () => side.done(redis, queues, total), total)
    await delay(SETTLE_MS)
    return residentMb(worker.pid)
  } finally {
    await worker.stop()
  }
}

interface Resident {
  readonly main: number
  readonly others: readonly number[]
}

function residentMb(pid: number): Resident {
  const mb = (id: number): number => (readVitals(id)?.rssBytes ?? 0) / 1e6
  const others = descendantsOf(pid).filter((child) => titleOf(child.pid) !== '')
  return { main: mb(pid), others: others.map((child) => mb(child.pid)) }
}

async function usedMemory(redis: Redis): Promise<number> {
  // Buffers of connections that have just been closed are freed a moment later.
  await delay(100)
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? 0)
}
