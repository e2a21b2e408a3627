import { MalformedJobError } from '../errors.js'
import type { JobHash } from '../job/hash.js'
import { parseJobHash } from '../job/hash.js'
import type { Claim } from '../redis/store.js'

/** A job that this supervisor holds: nobody else may run or settle it while the claim stands. */
export interface HeldJob {
  readonly id: string
  /** The queue that it came from, and goes back to if it is handed back. */
  readonly queue: string
  /** The queue under whose registries it is filed. */
  readonly origin: string
  /** Fences every write: a newer execution of the job refuses this one's. */
  readonly execution: string
  /** Under whose lease it was claimed. */
  readonly supervisorId: string
  readonly hash: JobHash
}

/** A claimed job whose hash cannot be read. It is held all the same, to be failed with the reason. */
export interface UnreadableJob extends HeldJob {
  readonly error: MalformedJobError
}

/** Read a claim. */
export function holdJob(claim: Claim, supervisorId: string): HeldJob | UnreadableJob {
  const { jobId: id, queue, execution, fields } = claim
  const held = { id, queue, execution, supervisorId }
  try {
    const hash = parseJobHash(id, fields)
    if (hash.data === undefined) {
      const text = `job ${JSON.stringify(id)} has no field "data": there is no call to run; whoever enqueued it must write [function, null, [args], {kwargs}] there`
      throw new MalformedJobError('data', text)
    }
    return { ...held, origin: hash.origin ?? queue, hash }
  } catch (thrown) {
    if (!(thrown instanceof MalformedJobError)) throw thrown
    const origin = fields.get('origin')?.toString('utf8') ?? ''
    return { ...held, origin: origin === '' ? queue : origin, hash: parseJobHash(id, new Map()), error: thrown }
  }
}
