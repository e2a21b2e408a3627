import { lastingKinds, type StrikeKind } from './kinds.js'
import type { ChaosOptions } from './options.js'
import { SeededRandom } from './random.js'

export interface PlannedJob {
  readonly id: string
  readonly queue: string
  /** How long its function takes. */
  readonly ms: number
}

/** Jobs that are enqueued together, once no more than `backlog` are left to do. */
export interface PlannedBurst {
  readonly jobs: readonly PlannedJob[]
  readonly backlog: number
}

/** Something to do to the system. The same seed gives the same plan; how the system answers is its own affair. */
export interface PlannedStrike {
  readonly kind: StrikeKind
  /** Due when so many jobs have ended; null: as soon as the one before is done, to hit the system while it recovers. */
  readonly afterJobs: number | null
  /** Then wait so long. */
  readonly delayMs: number
  /** How long it lasts; 0 where nothing is to be undone. */
  readonly lastsMs: number
  /** Chooses the daemon, the executor: [0, 1). */
  readonly aim: readonly [number, number]
  /** A hole: whether what it held is delivered late, or never. */
  readonly late: boolean
}

export interface Plan {
  readonly queues: readonly string[]
  readonly bursts: readonly PlannedBurst[]
  readonly strikes: readonly PlannedStrike[]
}

/** How many strikes come right upon the one before. */
const FOLLOW_UPS = 0.25

/** Everything that is left to chance, from the seed alone. */
export function makePlan(options: ChaosOptions): Plan {
  const queues = Array.from({ length: options.queues }, (_, i) => `q${i + 1}`)
  return {
    queues,
    bursts: planBursts(planJobs(options, queues), new SeededRandom(`${options.seed} bursts`)),
    strikes: planStrikes(options, new SeededRandom(`${options.seed} strikes`)),
  }
}

function planJobs(options: ChaosOptions, queues: readonly string[]): PlannedJob[] {
  const random = new SeededRandom(`${options.seed} jobs`)
  const [shortest, longest] = options.jobMs
  const digits = String(options.jobs).length
  return Array.from({ length: options.jobs }, (_, i) => ({
    id: `job-${String(i + 1).padStart(digits, '0')}`,
    queue: queues[random.between(0, queues.length - 1)] ?? 'q1',
    ms: random.between(shortest, longest),
  }))
}

// Bursts of all sizes, some upon a queue that still has work, some upon idle daemons.
function planBursts(jobs: readonly PlannedJob[], random: SeededRandom): PlannedBurst[] {
  const bursts: PlannedBurst[] = []
  const largest = Math.max(1, Math.ceil(jobs.length / 10))
  for (let at = 0; at < jobs.length;) {
    const size = random.between(1, largest)
    bursts.push({ jobs: jobs.slice(at, at + size), backlog: random.chance(0.3) ? 0 : random.between(1, largest) })
    at += size
  }
  return bursts
}

function planStrikes(options: ChaosOptions, random: SeededRandom): PlannedStrike[] {
  const { kills, jobs, targets, leaseSec } = options
  const strikes = Array.from({ length: kills }, () => {
    const kind = random.weighted(targets)
    return {
      kind,
      delayMs: random.unit() * 25,
      lastsMs: lastingKinds.has(kind) ? lasting(random, leaseSec * 1000) : 0,
      aim: [random.unit(), random.unit()] as const,
      late: random.chance(0.5),
    }
  })
  const dueAt = strikes.map(() => random.between(Math.ceil(jobs * 0.01), Math.floor(jobs * 0.97))).sort((a, b) => a - b)
  return strikes.map((strike, i) => {
    const follows = i > 0 && random.chance(FOLLOW_UPS)
    return follows
      ? { ...strike, afterJobs: null, delayMs: random.unit() * 900 }
      : { ...strike, afterJobs: dueAt[i] ?? jobs }
  })
}

// Clearly shorter than the lease, or clearly longer.
function lasting(random: SeededRandom, leaseMs: number): number {
  return random.chance(0.5) ? leaseMs * (0.05 + 0.45 * random.unit()) : leaseMs * (1.2 + 0.6 * random.unit())
}
