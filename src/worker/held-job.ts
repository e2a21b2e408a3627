import { MalformedJobError } from '../errors.js'
import type { JobHash } from '../job/hash.js'
import { parseJobHash, parseJobHashLeniently } from '../job/hash.js'
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
  /** A start was sent, so that it may be marked as running in Redis. Set by the starter alone. */
  shown?: boolean
}

/** A claimed job whose hash cannot be read. It is held all the same, to be failed with the reason. */
export interface UnreadableJob extends HeldJob {
  readonly error: MalformedJobError
  /** The fields that cannot be read. */
  readonly unreadable: readonly string[]
}

/** Read a claim. */
export function holdJob(claim: Claim, supervisorId: string): HeldJob | UnreadableJob {
  const { jobId: id, queue, execution, fields } = claim
  const held = { id, queue, execution, supervisorId }
  const { hash, problems } = parseJobHashLeniently(id, (visit) => fields.visit(visit))
  const [problem] = problems
  if (problem === undefined && hash.data !== undefined) return { ...held, origin: hash.origin ?? queue, hash }
  const origin = fields.get('origin')?.toString('utf8') ?? ''
  return {
    ...held,
    origin: origin === '' ? queue : origin,
    // Nothing of it is believed.
    hash: parseJobHash(id, new Map()),
    error: problem ?? withoutData(id),
    unreadable: problems.map(({ field }) => field),
  }
}

/** How many executors the job has ended before: a field of ours in its hash, which lives and goes with the job. */
export function deathsBefore({ hash }: HeldJob): number {
  const text = hash.extra.get('rqd_deaths')
  const deaths = text === undefined ? 0 : Number(Buffer.from(text).toString())
  return Number.isSafeInteger(deaths) && deaths > 0 ? deaths : 0
}

function withoutData(id: string): MalformedJobError {
  const text = `job ${JSON.stringify(id)} has no field "data": there is no call to run; whoever enqueued it must write [function, null, [args], {kwargs}] there`
  return new MalformedJobError('data', text)
}
