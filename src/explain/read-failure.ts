import type { Redis } from 'ioredis'
import type { DeathCertificate } from '../job/certificate.js'
import type { JobHash } from '../job/hash.js'
import { decodeExcInfo } from '../job/result.js'
import type { Keys } from '../redis/keys.js'
import type { FailureFacts } from './facts.js'
import { soft } from './soft.js'

/** Texts longer than this, compressed, are not read: 1 MiB. */
const MOST_BYTES = 1024 * 1024

/** How a job failed, by its newest result, or by its hash as old lines of RQ wrote it. @throws RqdError RQD_REDIS */
export async function readFailure(redis: Redis, keys: Keys, hash: JobHash): Promise<FailureFacts | undefined> {
  const [[entry] = [], excBytes] = await Promise.all([
    soft(redis.xrevrange(keys.results(hash.id), '+', '-', 'COUNT', 1)),
    soft(redis.hstrlen(keys.job(hash.id), 'exc_info')),
  ])
  if (entry !== undefined) {
    const [id, flat] = entry
    const field = (name: string): string | undefined => {
      const at = flat.findIndex((text, i) => i % 2 === 0 && text === name)
      return at === -1 ? undefined : flat[at + 1]
    }
    const encoded = field('exc_string')
    if (encoded !== undefined) {
      return {
        text: textOf(Buffer.from(encoded, 'base64')),
        certificate: certificateIn(field('rqd_certificate')),
        worker: field('worker_name'),
        atMs: Number(id.split('-')[0]),
      }
    }
  }
  if (excBytes === undefined || excBytes === 0 || excBytes > MOST_BYTES) return undefined
  const old = await soft(redis.hgetBuffer(keys.job(hash.id), 'exc_info'))
  if (old === null || old === undefined) return undefined
  return { text: textOf(old), certificate: undefined, worker: hash.workerName, atMs: hash.endedAtMs }
}

function textOf(bytes: Uint8Array): string {
  return bytes.length > MOST_BYTES ? '' : decodeExcInfo(bytes)
}

/** Our own field; whatever else stands there is no certificate. */
function certificateIn(json: string | undefined): Partial<DeathCertificate> | undefined {
  if (json === undefined) return undefined
  try {
    const found: unknown = JSON.parse(json)
    return typeof found === 'object' && found !== null && 'cause' in found && typeof found.cause === 'string'
      ? (found as Partial<DeathCertificate>)
      : undefined
  } catch {
    return undefined
  }
}
