import { PayloadError, RqdError } from '../errors.js'
import { decodeCall } from '../job/call.js'
import { inflate } from '../job/compress.js'
import { jobFields, parseJobHashLeniently } from '../job/hash-parse.js'
import { detectFormat } from '../serial/serializer.js'
import type { Store } from '../redis/store.js'
import type { PayloadFacts, StoredFacts } from './facts.js'
import { soft } from './soft.js'

/** What may be large is not read with the rest. */
const heavy = new Set(['data', 'meta', 'result', 'exc_info'])
/** With the count of executors that the job has ended, which is ours. */
const light = [...jobFields.filter((field) => !heavy.has(field)), 'rqd_deaths']
/** Payloads up to this size are looked at: 1 MiB, inflated too. */
const MOST_BYTES = 1024 * 1024

/** What the hash says, without what is large. `decodes`: the call is decoded; otherwise only its format is found out. */
export async function readStored(
  { redis, keys }: Store,
  jobId: string,
  nowMs: number,
  decodes: boolean,
): Promise<StoredFacts> {
  const key = keys.job(jobId)
  const [values = [], dataBytes = 0, ttlMs] = await Promise.all([
    soft(redis.hmgetBuffer(key, ...light)),
    soft(redis.hstrlen(key, 'data')),
    soft(redis.pttl(key)),
  ])
  const fields = new Map<string, Uint8Array>()
  light.forEach((field, i) => {
    const value = values[i]
    if (value !== null && value !== undefined) fields.set(field, value)
  })
  const { hash, problems } = parseJobHashLeniently(jobId, fields)
  const status = fields.get('status')
  const data =
    dataBytes === 0 || dataBytes > MOST_BYTES ? undefined : ((await soft(redis.hgetBuffer(key, 'data'))) ?? undefined)
  return {
    hash,
    statusText: status === undefined || status.length === 0 ? undefined : Buffer.from(status).toString(),
    problems: problems.map(({ field, message }) => ({ field, message })),
    expiresAtMs: ttlMs !== undefined && ttlMs >= 0 ? nowMs + ttlMs : undefined,
    dataBytes,
    payload: data === undefined ? { kind: 'unseen' } : lookAt(data, decodes),
  }
}

function lookAt(data: Uint8Array, decodes: boolean): PayloadFacts {
  let bytes: Uint8Array
  try {
    bytes = inflate(data, MOST_BYTES)
  } catch (thrown) {
    // It inflates to more than is looked at.
    if (thrown instanceof PayloadError) return { kind: 'unseen' }
    throw thrown
  }
  const format = detectFormat(bytes)
  if (format === undefined) {
    const start = Buffer.from(bytes.subarray(0, 8)).toString('hex')
    return { kind: 'bad', problem: `it is neither zlib, pickle nor JSON: it starts with the bytes ${start}` }
  }
  if (!decodes) return { kind: 'good', format, func: undefined }
  try {
    return { kind: 'good', format, func: decodeCall(bytes).func }
  } catch (thrown) {
    if (thrown instanceof RqdError) return { kind: 'bad', problem: thrown.message }
    throw thrown
  }
}
