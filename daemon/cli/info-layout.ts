/** The layout of `rq info`: bars, counts and sums for people; with `raw` the lines that its scripts parse. */
import type { QueueCounts } from '../../src/fleet/queues.js'
import type { WorkerRow } from '../../src/fleet/workers.js'
import { type Colours, printable } from './output.js'

export interface Layout {
  readonly raw: boolean
  readonly width: number
  readonly colours: Colours
}

const SCALES = [20, 50, 100, 200, 400, 600, 800, 1_000]
const LONGEST_BAR = 20

/** A line per queue, and their sum. */
export function renderQueues(queues: readonly QueueCounts[], layout: Layout): string {
  if (layout.raw) return queues.map(({ queue, queued }) => `queue ${printable(queue)} ${numberOf(queued)}\n`).join('')
  const depths = queues.map(({ queued }) => queued ?? 0)
  const most = Math.max(0, ...depths)
  const scale = SCALES.find((each) => most <= each) ?? most
  const perJob = Math.max(0, Math.min(LONGEST_BAR, layout.width - 20)) / scale
  const lines = queues.map((counts) => {
    const bar = layout.colours.green(`|${'█'.repeat(Math.floor(perJob * (counts.queued ?? 0)))}`)
    return `${printable(counts.queue).padEnd(12)} ${bar} ${numberOf(counts.queued)}${describeElsewhere(counts)}\n`
  })
  const sum = depths.reduce((total, depth) => total + depth, 0)
  return `${lines.join('')}${queues.length} queues, ${sum} jobs total\n`
}

/** A line per worker, and their number. */
export function renderWorkers(workers: readonly WorkerRow[], queues: readonly QueueCounts[], layout: Layout): string {
  const lines = workers.map((worker) => {
    const { name, hostname, ipAddress, pid, state } = worker
    const place = [hostname, ipAddress, pid].map((part) => (part === null ? 'None' : printable(String(part)))).join(' ')
    const listens = worker.queues.map(printable).join(', ')
    return layout.raw
      ? `worker ${printable(name)} (${place}) ${printable(state)} ${listens}\n`
      : `${printable(name)} (${place}): ${colouredState(state, layout)} ${listens}\n`
  })
  return lines.join('') + sumOf(workers, queues, layout)
}

/** A line per queue with the workers that listen on it, and their number. */
export function renderWorkersByQueue(
  workers: readonly WorkerRow[],
  queues: readonly QueueCounts[],
  layout: Layout,
): string {
  const longest = Math.max(0, ...queues.map(({ queue }) => queue.length))
  const lines = queues.map(({ queue }) => {
    const listening = workers
      .filter((worker) => worker.queues.includes(queue))
      .map(({ name, state }) => `${printable(name)} (${colouredState(state, layout)})`)
    return `${`${printable(queue)}:`.padEnd(longest + 1)} ${listening.length === 0 ? '–' : listening.join(', ')}\n`
  })
  return lines.join('') + sumOf(workers, queues, layout)
}

function sumOf(workers: readonly WorkerRow[], queues: readonly QueueCounts[], { raw }: Layout): string {
  return raw ? '' : `${workers.length} workers, ${queues.length} queues\n`
}

// Only what there is: most registries of most queues are empty.
function describeElsewhere(counts: QueueCounts): string {
  const { started, finished, failed, deferred, scheduled, canceled } = counts
  return Object.entries({ started, finished, failed, deferred, scheduled, canceled })
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `, ${numberOf(count)} ${name}`)
    .join('')
}

function numberOf(count: number | null): string {
  return count === null ? '?' : String(count)
}

function colouredState(state: string, { colours }: Layout): string {
  const paint = { busy: colours.red, idle: colours.green, suspended: colours.yellow }[state]
  return paint === undefined ? printable(state) : paint(state)
}
