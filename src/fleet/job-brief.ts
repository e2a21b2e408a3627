import { RqdError } from '../errors.js'
import { decodeCall } from '../job/call.js'
import { inflate } from '../job/compress.js'
import { parseJobHashLeniently, type JobHash } from '../job/hash.js'
import { readResult, type StreamEntry } from '../job-result.js'
import type { Store } from '../redis/store.js'
import type { JobPlaceName } from './job-place.js'
import { pipelined, type Outcome } from './pipeline.js'

/** A job as a line of a list. Times are epoch milliseconds; undefined is not known. */
export interface JobBrief {
  readonly id: string
  /** The queue in whose list or registry it was found. */
  readonly queue: string
  readonly place: JobPlaceName
  /** What its hash says; undefined if it says nothing. */
  readonly status: string | undefined
  /** The hash is not there: deleted, or expired. */
  readonly isGone: boolean
  /** Name of its function. */
  readonly func: string | undefined
  readonly description: string | undefined
  readonly createdAtMs: number | undefined
  readonly enqueuedAtMs: number | undefined
  readonly startedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  /** Since when it is what it is, as far as its hash tells. */
  readonly sinceMs: number | undefined
  readonly worker: string | undefined
  /** The traceback of a failed job's newest failure. */
  readonly traceback: string | undefined
}

/** Where a job was found. */
export interface FoundJob {
  readonly id: string
  readonly queue: string
  readonly place: JobPlaceName
}

/** Payloads up to this size are read for the name of the function; that of larger ones is taken from the description. */
const MOST_PAYLOAD = 64 * 1024
const MOST_TRACEBACK = 1024 * 1024

const FIELDS = [
  'status',
  'origin',
  'description',
  'created_at',
  'enqueued_at',
  'started_at',
  'ended_at',
  'worker_name',
] as const

/** What is to be read besides the hash's own texts. */
export interface BriefParts {
  /** Name of the function, out of the payload. */
  readonly func: boolean
  /** Tracebacks of failed jobs. */
  readonly traceback: boolean
}

/** The jobs at these places, in their order. Never throws for what a job holds. @throws RqdError RQD_REDIS */
export async function readBriefs(store: Store, found: readonly FoundJob[], parts: BriefParts): Promise<JobBrief[]> {
  const { redis, keys } = store
  const outcomes = await pipelined(redis, found, 3, (pipeline, { id }) => {
    pipeline
      .hmgetBuffer(keys.job(id), ...FIELDS)
      .hstrlen(keys.job(id), 'data')
      .hstrlen(keys.job(id), 'exc_info')
  })
  const sizes = outcomes.map(([, data, old]) => ({ data: numberOf(data), old: numberOf(old) }))
  const payloads = await readFields(
    store,
    found,
    parts.func ? sizes.map(({ data }) => (data > 0 && data <= MOST_PAYLOAD ? 'data' : undefined)) : [],
  )
  const tracebacks = parts.traceback
    ? await readTracebacks(
        store,
        found,
        sizes.map(({ old }) => old),
      )
    : []
  return found.map((job, i) => {
    const values = replyOf(outcomes[i]?.[0])
    const fields = Array.isArray(values) ? (values as (Buffer | null)[]) : []
    const hash = hashOf(job.id, fields)
    return briefOf(job, hash, fields.every((value) => value === null) && (sizes[i]?.data ?? 0) === 0, {
      payload: payloads[i],
      traceback: tracebacks[i],
    })
  })
}

/** Since when a job is what it is: by the time that its status is about, or else when it was made. */
function sinceOf(hash: JobHash, place: JobPlaceName): number | undefined {
  const { createdAtMs } = hash
  if (place === 'queued') return hash.enqueuedAtMs ?? createdAtMs
  if (place === 'started') return hash.startedAtMs ?? hash.enqueuedAtMs ?? createdAtMs
  if (place === 'failed' || place === 'finished') return hash.endedAtMs ?? hash.startedAtMs ?? createdAtMs
  return createdAtMs
}

function briefOf(
  job: FoundJob,
  hash: JobHash,
  isGone: boolean,
  { payload, traceback }: { payload: Buffer | undefined; traceback: string | undefined },
): JobBrief {
  return {
    ...job,
    status: hash.status,
    isGone,
    func: (payload === undefined ? undefined : funcIn(payload)) ?? funcOf(hash.description),
    description: hash.description,
    createdAtMs: hash.createdAtMs,
    enqueuedAtMs: hash.enqueuedAtMs,
    startedAtMs: hash.startedAtMs,
    endedAtMs: hash.endedAtMs,
    sinceMs: sinceOf(hash, job.place),
    worker: hash.workerName,
    traceback,
  }
}

function hashOf(id: string, fields: readonly (Buffer | null)[]): JobHash {
  const map = new Map<string, Uint8Array>()
  FIELDS.forEach((field, i) => {
    const value = fields[i]
    if (Buffer.isBuffer(value)) map.set(field, value)
  })
  return parseJobHashLeniently(id, map).hash
}

function funcIn(payload: Buffer): string | undefined {
  try {
    return decodeCall(payload, { maxBytes: 4 * MOST_PAYLOAD }).func
  } catch (thrown) {
    if (thrown instanceof RqdError) return undefined
    throw thrown
  }
}

/** RQ's own descriptions begin with the name of the function. */
function funcOf(description: string | undefined): string | undefined {
  return /^([^\s(]+)\(/.exec(description ?? '')?.[1]
}

async function readFields(
  { redis, keys }: Store,
  found: readonly FoundJob[],
  wanted: readonly (string | undefined)[],
): Promise<(Buffer | undefined)[]> {
  const asked = found.flatMap(({ id }, i) => (wanted[i] === undefined ? [] : [{ id, i, field: wanted[i] }]))
  const outcomes = await pipelined(redis, asked, 1, (pipeline, { id, field }) => {
    pipeline.hgetBuffer(keys.job(id), field)
  })
  const values = new Array<Buffer | undefined>(found.length)
  asked.forEach(({ i }, k) => {
    const value = replyOf(outcomes[k]?.[0])
    if (Buffer.isBuffer(value)) values[i] = value
  })
  return values
}

/** Of the newest result, or where RQ 1.11 and older put it. Results are read where jobs failed: those are small. */
async function readTracebacks(
  store: Store,
  found: readonly FoundJob[],
  oldSizes: readonly number[],
): Promise<(string | undefined)[]> {
  const failed = found.flatMap(({ id, place }, i) => (place === 'failed' ? [{ id, i }] : []))
  const { redis, keys } = store
  const outcomes = await pipelined(redis, failed, 1, (pipeline, { id }) => {
    pipeline.xrevrangeBuffer(keys.results(id), '+', '-', 'COUNT', 1)
  })
  const texts = new Array<string | undefined>(found.length)
  failed.forEach(({ i }, k) => (texts[i] = newestTraceback(replyOf(outcomes[k]?.[0]))))
  const old = await readFields(
    store,
    found,
    found.map(({ place }, i) => {
      const size = oldSizes[i] ?? 0
      return place === 'failed' && texts[i] === undefined && size > 0 && size <= MOST_TRACEBACK ? 'exc_info' : undefined
    }),
  )
  return found.map((_, i) => texts[i] ?? (old[i] === undefined ? undefined : textOf(old[i])))
}

function newestTraceback(reply: unknown): string | undefined {
  const [entry] = Array.isArray(reply) ? (reply as StreamEntry[]) : []
  if (entry === undefined) return undefined
  try {
    return readResult(entry).excString
  } catch (thrown) {
    if (thrown instanceof RqdError) return undefined
    throw thrown
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return Buffer.from(inflate(bytes, MOST_TRACEBACK)).toString('utf8') || undefined
  } catch (thrown) {
    if (thrown instanceof RqdError) return undefined
    throw thrown
  }
}

function numberOf(outcome: Outcome | undefined): number {
  const reply = replyOf(outcome)
  return typeof reply === 'number' ? reply : 0
}

function replyOf(outcome: Outcome | undefined): unknown {
  return outcome?.error === undefined ? outcome?.reply : undefined
}
