/** How much work an executor may be given ahead of what it runs, milliseconds: by so much priority may be late. */
export const AHEAD_MS = 20
/** The same where Redis is so far away that an executor would run out of work while more is on its way: never above this. */
const FAR_AHEAD_MS = 250
/** Most jobs that an executor holds at a time, however short they are: more would not make it faster. */
export const MAX_AHEAD = 256
/** What even a job that does nothing costs, milliseconds: `MAX_AHEAD` of them fill `AHEAD_MS`. */
const LEAST_MS = AHEAD_MS / MAX_AHEAD
/** What it costs to carry, read and write a payload: a run's own time does not contain it. */
const PAYLOAD_MS_PER_MIB = 20
/** Functions and queues that are remembered at most. */
const MAX_NAMES = 1_000
/** Weight of what is known against one more job, as in the estimate of round trips by TCP. */
const MEMORY = 8

interface Known {
  meanMs: number
  deviationMs: number
}

/**
 * How much work to give ahead, milliseconds, with Redis so far away (null: nobody knows). What is asked for comes a round
 * trip later, and the next claim is not sent before: there must be enough for both.
 */
export function aheadMsAt(roundTripMs: number | null): number {
  return Math.min(FAR_AHEAD_MS, Math.max(AHEAD_MS, 2 * (roundTripMs ?? 0)))
}

/**
 * How long jobs take, learned from those that have ended: a running mean of each function and each queue, with its
 * deviation. A job names its function only in its description, which its producer may have replaced by words of its own:
 * then its queue has to do.
 */
export class Pace {
  readonly #functions = new Map<string, Known>()
  readonly #queues = new Map<string, Known>()
  #all: Known | undefined

  /** One more job has run for so long, with so many bytes of payload and result. */
  learn(func: string, queue: string, runMs: number, bytes: number): void {
    const tookMs = runMs + (bytes / (1024 * 1024)) * PAYLOAD_MS_PER_MIB
    learnName(this.#functions, func, tookMs)
    learnName(this.#queues, queue, tookMs)
    this.#all = next(this.#all, tookMs)
  }

  /** How long such a job may well take, milliseconds: rather too much than too little. Undefined: nobody knows. */
  estimateMs(func: string, queue: string): number | undefined {
    return estimate(this.#functions.get(func) ?? this.#queues.get(queue))
  }

  /** The same of any job. */
  get anyMs(): number | undefined {
    return estimate(this.#all)
  }
}

function estimate(known: Known | undefined): number | undefined {
  return known === undefined ? undefined : Math.max(LEAST_MS, known.meanMs + 2 * known.deviationMs)
}

function learnName(names: Map<string, Known>, name: string, tookMs: number): void {
  const known = names.get(name)
  names.set(name, next(known, tookMs))
  if (names.size <= MAX_NAMES) return
  const [oldest] = names.keys()
  if (oldest !== undefined) names.delete(oldest)
}

function next(known: Known | undefined, tookMs: number): Known {
  if (known === undefined) return { meanMs: tookMs, deviationMs: tookMs / 2 }
  known.deviationMs += (Math.abs(tookMs - known.meanMs) - known.deviationMs) / MEMORY
  known.meanMs += (tookMs - known.meanMs) / MEMORY
  return known
}
