import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRefusal, place, type EncodedJob } from './encoded-job.js'
import type { EnqueueCall } from './enqueue-call.js'
import { RqdError, coerceError } from './errors.js'
import type { Job } from './job.js'
import { waitForReplicas } from './not-replicated.js'
import { MAX_CALL_BYTES, MAX_CALL_JOBS, type Outbox } from './redis/outbox.js'
import type { Replicas } from './redis/replicas.js'
import { refusedJob } from './redis/store.js'

/** Calls that are encoded before others get a turn of the event loop. */
const SLICE_CALLS = 1_000

/** Why `enqueueMany` did not enqueue all jobs, and what became of each. `code` is that of its cause. */
export class EnqueueManyError extends RqdError {
  /** Position of the call at fault; where it is none's fault, of the first that is not known to be enqueued. */
  readonly index: number
  /** Jobs that are enqueued, in order: those of `calls.slice(0, enqueued.length)`. */
  readonly enqueued: readonly Job[]
  /**
   * The next jobs in order, if it is not known whether they are: the answer of Redis was lost. All are, or none. With
   * `RQD_NOT_REPLICATED` all are, but may be lost.
   */
  readonly unsure: readonly Job[]

  constructor(
    message: string,
    found: { cause: Error; index: number; enqueued?: readonly Job[]; unsure?: readonly Job[] },
  ) {
    const { cause, index, enqueued = [], unsure = [] } = found
    super(cause instanceof RqdError ? cause.code : 'RQD_BAD_OPTION', message, { cause })
    this.index = index
    this.enqueued = enqueued
    this.unsure = unsure
  }
}

/**
 * Encode all calls, then write them in order, a few hundred in one step.
 * @param encode encodes one call; throws what is wrong with it
 * @param replicas where they must have the jobs, too
 * @throws EnqueueManyError
 */
export async function enqueueMany(
  outbox: Outbox,
  calls: readonly EnqueueCall[],
  encode: (call: EnqueueCall) => EncodedJob | Promise<EncodedJob>,
  replicas?: Replicas,
): Promise<Job[]> {
  const encoded: EncodedJob[] = []
  for (const call of calls) {
    if (encoded.length > 0 && encoded.length % SLICE_CALLS === 0) await nextTurn()
    try {
      // Awaited only where it must be: what is enqueued after this call in the same turn comes after it.
      const made = encode(call)
      encoded.push(made instanceof Promise ? await made : made)
    } catch (thrown) {
      throw wrongCall(calls, encoded.length, coerceError(thrown))
    }
  }
  let count = 0
  for (const chunk of chunksOf(encoded)) {
    await writeChunk(outbox, encoded, count, chunk)
    count += chunk.length
  }
  const jobs = encoded.map(({ job }) => job)
  if (replicas !== undefined && jobs.length > 0) await replicate(replicas, jobs)
  return jobs
}

/** One wait covers all calls of the script. */
async function replicate(replicas: Replicas, jobs: readonly Job[]): Promise<void> {
  try {
    await waitForReplicas(
      replicas,
      jobs.map(({ id }) => id),
    )
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new EnqueueManyError(cause.message, { cause, index: 0, unsure: jobs })
  }
}

/** Runs of jobs that one call of the script may write. */
export function chunksOf(encoded: readonly EncodedJob[]): EncodedJob[][] {
  const chunks: EncodedJob[][] = []
  let bytes = 0
  for (const one of encoded) {
    const last = chunks.at(-1)
    bytes += one.packed.length
    if (last !== undefined && last.length < MAX_CALL_JOBS && bytes <= MAX_CALL_BYTES) {
      last.push(one)
      continue
    }
    chunks.push([one])
    bytes = one.packed.length
  }
  return chunks
}

/** @param count how many jobs of `all` are enqueued already */
async function writeChunk(
  outbox: Outbox,
  all: readonly EncodedJob[],
  count: number,
  chunk: readonly EncodedJob[],
): Promise<void> {
  const jobs = chunk.map(({ job }) => job)
  const enqueued = all.slice(0, count).map(({ job }) => job)
  const before = `enqueued ${count} of ${all.length} jobs`
  let replies
  try {
    replies = await outbox.put(
      chunk.map(({ packed }) => packed),
      true,
    )
  } catch (thrown) {
    const cause = coerceError(thrown)
    const found = { cause, index: count, enqueued }
    // An error of the server itself is an answer: the script has not run. Anything else leaves it open.
    if (cause.cause instanceof Error && cause.cause.name === 'ReplyError') {
      throw new EnqueueManyError(`${before} and no more: ${cause.message}`, found)
    }
    const open = `it is unknown whether the next ${jobs.length} are, all or none`
    throw new EnqueueManyError(`${before}; ${open}: ${cause.message}`, { ...found, unsure: jobs })
  }
  const at = replies.findIndex(isRefusal)
  if (at < 0) {
    for (const [i, one] of chunk.entries()) place(one, replies[i])
    return
  }
  const cause = refusedJob(jobs[at]?.id ?? '', replies[at])
  throw new EnqueueManyError(`${before} and no more: ${cause.message}`, { cause, index: count + at, enqueued })
}

function wrongCall(calls: readonly EnqueueCall[], index: number, cause: Error): EnqueueManyError {
  // Callers without types pass anything.
  const call = calls[index] as Partial<EnqueueCall> | null | undefined
  const func = call?.func
  const name = typeof func === 'function' ? func.name : func
  const job = call?.jobId === undefined ? '' : `, job ${JSON.stringify(call.jobId)}`
  const message = `call ${index} of ${calls.length} (${JSON.stringify(name)}${job}): ${cause.message}; no job was enqueued`
  return new EnqueueManyError(message, { cause, index })
}
