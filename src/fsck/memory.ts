import type { Redis } from 'ioredis'
import { pipelined } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'
import { numberOf, textsOf } from './scan.js'
import type { MemorySample } from './step.js'

/** Measure the memory of some jobs, each with its results. */
export async function sampleMemory(redis: Redis, keys: Keys, ids: readonly string[]): Promise<MemorySample[]> {
  const read = await pipelined(redis, ids, 3, (pipeline, id) => {
    pipeline
      .memory('USAGE', keys.job(id))
      .memory('USAGE', keys.results(id))
      .hmget(keys.job(id), 'origin', 'description')
  })
  return read.flatMap(([job, results, fields]) => {
    const bytes = numberOf(job)
    if (bytes === null) return []
    const [queue, description] = textsOf(fields)
    return [{ queue: queue ?? '', func: functionOf(description ?? ''), bytes: bytes + (numberOf(results) ?? 0) }]
  })
}

/**
 * The function that a description names; empty if it is one that somebody wrote. The call itself is not decoded: what
 * payloads hold is for executors.
 */
export function functionOf(description: string): string {
  return /^([\p{L}\p{N}_.$:/-]{1,200})\(/u.exec(description)?.[1] ?? ''
}

/** What jobs take in memory, estimated from samples. */
export interface MemoryRow {
  /** Of the queue or the function; empty where jobs do not tell. */
  readonly name: string
  /** How many jobs it has. */
  readonly jobs: number
  /** What these take, bytes. */
  readonly bytes: number
}

/** Adds up the samples of all steps. */
export class MemoryBill {
  readonly #jobs = new Map<string, number>()
  readonly #samples: MemorySample[] = []

  /** Take in one step. */
  add(counts: Readonly<Record<string, number>>, samples: readonly MemorySample[]): void {
    for (const [queue, jobs] of Object.entries(counts)) this.#jobs.set(queue, (this.#jobs.get(queue) ?? 0) + jobs)
    for (const sample of samples) this.#samples.push(sample)
  }

  /** How many jobs were seen. */
  get jobs(): number {
    return [...this.#jobs.values()].reduce((sum, each) => sum + each, 0)
  }

  /** Memory by queue, the largest first: each sample stands for as many jobs of its queue. */
  byQueue(): MemoryRow[] {
    const rows = [...this.#jobs].map(([name, jobs]) => {
      const own = this.#samples.filter(({ queue }) => queue === name)
      const mean = own.length === 0 ? this.#mean(this.#samples) : this.#mean(own)
      return { name, jobs, bytes: Math.round(mean * jobs) }
    })
    return largestFirst(rows)
  }

  /** Memory by function, the largest first. */
  byFunction(): MemoryRow[] {
    const rows = new Map<string, { jobs: number; bytes: number }>()
    const sampled = new Map<string, number>()
    for (const { queue } of this.#samples) sampled.set(queue, (sampled.get(queue) ?? 0) + 1)
    for (const { queue, func, bytes } of this.#samples) {
      const weight = (this.#jobs.get(queue) ?? 0) / (sampled.get(queue) ?? 1)
      const row = rows.get(func) ?? { jobs: 0, bytes: 0 }
      rows.set(func, { jobs: row.jobs + weight, bytes: row.bytes + weight * bytes })
    }
    return largestFirst(
      [...rows].map(([name, { jobs, bytes }]) => ({ name, jobs: Math.round(jobs), bytes: Math.round(bytes) })),
    )
  }

  #mean(samples: readonly MemorySample[]): number {
    return samples.length === 0 ? 0 : samples.reduce((sum, { bytes }) => sum + bytes, 0) / samples.length
  }
}

function largestFirst(rows: MemoryRow[]): MemoryRow[] {
  return rows.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
}
