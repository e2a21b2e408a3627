import { MOST_SAMPLES } from '../../src/fleet/group-failures.js'
import type { FailureGroupRow } from '../data/failures-step.js'

/** Groups that are told of. */
export const MOST_GROUPS = 500
/** Groups that are counted: the small ones among them make room when there are more. */
const MOST_COUNTED = 2 * MOST_GROUPS
/** Queues that are named of one group. */
const MOST_QUEUES = 20

/** Failed jobs by group, and how many are in none of them. */
export interface Tallied {
  /** The largest first, 500 at most. */
  readonly groups: FailureGroupRow[]
  /** Jobs of all other groups together: of those not told of, and those that made room. */
  readonly others: number
}

/** Puts steps through the failed jobs together. However many groups there are, it takes the same memory. */
export class GroupTally {
  readonly #groups = new Map<string, FailureGroupRow>()
  #others = 0

  /** One step, with jobs that no other had. */
  add(rows: readonly FailureGroupRow[]): void {
    for (const row of rows) {
      const known = this.#groups.get(row.signature)
      this.#groups.set(row.signature, known === undefined ? row : merge(known, row))
    }
    if (this.#groups.size > MOST_COUNTED) this.#makeRoom()
  }

  /** What has been counted so far. */
  read(): Tallied {
    const all = this.#sorted()
    const rest = all.slice(MOST_GROUPS).reduce((sum, { count }) => sum + count, 0)
    return { groups: all.slice(0, MOST_GROUPS), others: this.#others + rest }
  }

  #makeRoom(): void {
    for (const { signature, count } of this.#sorted().slice(MOST_GROUPS)) {
      this.#groups.delete(signature)
      this.#others += count
    }
  }

  #sorted(): FailureGroupRow[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count)
  }
}

function merge(a: FailureGroupRow, b: FailureGroupRow): FailureGroupRow {
  // ISO times of one form: their order is that of their texts.
  const [newer, older] = (b.newest ?? '') > (a.newest ?? '') ? [b, a] : [a, b]
  const queues = [...new Set([...a.queues, ...b.queues])].sort()
  return {
    ...newer,
    count: a.count + b.count,
    oldest: [a.oldest, b.oldest].filter((time) => time !== null).sort()[0] ?? null,
    sampleIds: [...new Set([...newer.sampleIds, ...older.sampleIds])].slice(0, MOST_SAMPLES),
    queues: queues.slice(0, MOST_QUEUES),
  }
}
