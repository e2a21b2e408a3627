import { RqdError, coerceError } from '../errors.js'
import type { DeathCertificate } from '../job/certificate.js'
import { ResultType, type Result } from '../job/result.js'
import { readResult, type JobResult, type StreamEntry } from '../job-result.js'
import type { Store } from '../redis/store.js'
import { pipelined } from './pipeline.js'

/** One end of a run, with what our daemon added to it. */
export interface ResultReport {
  /** Undefined where it cannot be read; then `problem` says why. */
  readonly result: Result | undefined
  readonly type: JobResult['type'] | undefined
  /** How an executor ended that did not end by itself. */
  readonly certificate: DeathCertificate | undefined
  readonly problem: string | undefined
}

/** As many as RQ keeps, and some more. */
const MOST_RESULTS = 20

const typeNames = new Map(Object.entries(ResultType).map(([name, type]) => [type, name as JobResult['type']]))

/** The newest results of a job, the newest first. @throws RqdError RQD_REDIS */
export async function readResultReports({ redis, keys }: Store, jobId: string): Promise<ResultReport[]> {
  const [outcomes] = await pipelined(redis, [jobId], 1, (pipeline, id) => {
    pipeline.xrevrangeBuffer(keys.results(id), '+', '-', 'COUNT', MOST_RESULTS)
  })
  const outcome = outcomes?.[0]
  if (outcome === undefined) return []
  if (outcome.error !== undefined) return [failed(`${keys.results(jobId)}: ${outcome.error.message}`)]
  return (outcome.reply as StreamEntry[]).map(report)
}

function report(entry: StreamEntry): ResultReport {
  try {
    const result = readResult(entry)
    return { result, type: typeNames.get(result.type), certificate: certificateIn(entry), problem: undefined }
  } catch (thrown) {
    if (thrown instanceof RqdError) return failed(thrown.message)
    throw coerceError(thrown)
  }
}

function failed(problem: string): ResultReport {
  return { result: undefined, type: undefined, certificate: undefined, problem }
}

/** As far as it looks like one: whoever writes to Redis can write anything here. */
function certificateIn([, flat]: StreamEntry): DeathCertificate | undefined {
  const at = flat.findIndex((part, i) => i % 2 === 0 && part.toString() === 'rqd_certificate')
  const text = at === -1 ? undefined : flat[at + 1]?.toString('utf8')
  if (text === undefined) return undefined
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  const { cause, pid } = (found ?? {}) as Partial<DeathCertificate>
  return typeof cause === 'string' && typeof pid === 'number' ? (found as DeathCertificate) : undefined
}
