/** Most jobs claimed by one call, so that Redis is not held up for others. */
const MAX_JOBS = 128
/** Most bytes of jobs that should come in with one call. */
const MAX_BYTES = 4 * 1024 * 1024
const LEAST_SHARE = 1 / MAX_JOBS
/** Weight of what is known of the size of jobs against those of one more claim. */
const MEMORY = 4

/**
 * How many jobs to claim next. What a claim will bring is not known before: it asks for less after one that brought
 * more work than there was room for, or very large jobs, and slowly for more again.
 */
export class ClaimSize {
  #share = 1
  #meanBytes = 0

  /** @param room how many jobs could be taken if they are as short as those before */
  next(room: number): number {
    if (room <= 0) return 0
    const bySize = this.#meanBytes === 0 ? MAX_JOBS : Math.floor(MAX_BYTES / this.#meanBytes)
    return Math.max(1, Math.min(Math.ceil(room * this.#share), MAX_JOBS, bySize))
  }

  /** A claim has brought so many jobs of so many bytes. */
  brought(jobs: number, bytes: number): void {
    if (jobs === 0) return
    this.#meanBytes += (bytes / jobs - this.#meanBytes) / MEMORY
    this.#share = Math.min(1, this.#share * 1.25)
  }

  /** There was no room for what came. */
  tooMany(): void {
    this.#share = Math.max(LEAST_SHARE, this.#share / 2)
  }
}
