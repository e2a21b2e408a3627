/** The second opinions of fsck, and its repairs: each looks and acts in one step. */
import type { Redis } from 'ioredis'
import { encodeExcInfo } from '../job/result.js'
import { jobStatuses } from '../job/status.js'
import { DEFAULT_COMPAT, type Compat } from './compat.js'
import type { Keys } from './keys.js'
import { asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** The script that judges each kind. */
const scriptOf = {
  'queued-nowhere': scripts.fsckQueued,
  'started-nowhere': scripts.fsckStarted,
  'filed-nowhere': scripts.fsckUnfiled,
  abandoned: scripts.fsckAbandoned,
  'daemon-dead': scripts.fsckDaemon,
  'listed-without-job': scripts.fsckListed,
  'listed-canceled': scripts.fsckListed,
  'listed-ended': scripts.fsckListed,
  'listed-twice': scripts.fsckDouble,
  'listed-elsewhere': scripts.fsckElsewhere,
  'intermediate-leftover': scripts.fsckIntermediate,
  'registered-without-job': scripts.fsckEntry,
  'registered-wrongly': scripts.fsckEntry,
  'deferred-for-nothing': scripts.fsckDeferred,
  'dependent-without-job': scripts.fsckMember,
  'never-expires': scripts.fsckExpire,
  'worker-gone': scripts.fsckMember,
  'queue-stray': scripts.fsckMember,
  'queue-unknown': scripts.fsckEnlist,
  'job-without-data': scripts.fsckStub,
  'webhook-gone': scripts.fsckMember,
  'status-unknown': scripts.fsckStrange,
  'key-of-wrong-type': scripts.fsckStrange,
} as const

/** What is to be looked at again. */
export interface Question {
  readonly kind: keyof typeof scriptOf
  readonly key: string
  readonly id: string
  readonly queue: string
  readonly entry: string
  readonly place: string
  /** The mark of an earlier answer; empty: there was none. */
  readonly mark: string
}

/** `gone`: it is not so. `kept`: it is so, and `why` says what stands in the way of a repair. */
export interface Opinion {
  readonly verdict: 'gone' | 'holds' | 'kept' | 'repaired'
  /** Says since when exactly the same has been so; empty where it is not. */
  readonly mark: string
  readonly why: string
}

/** Look at one thing. @throws RqdError RQD_REDIS */
export function lookAgain(redis: Redis, keys: Keys, question: Question, nowIso: string): Promise<Opinion> {
  return ask(redis, keys, question, { nowIso, waitMs: -1, traceback: '', excString: '' })
}

/** Repair one thing that has been the same for at least `waitMs`, by its mark. @throws RqdError RQD_REDIS */
export function repairOne(
  redis: Redis,
  keys: Keys,
  question: Question,
  { nowIso, waitMs, compat = DEFAULT_COMPAT }: { nowIso: string; waitMs: number; compat?: Compat },
): Promise<Opinion> {
  const traceback = question.kind === 'started-nowhere' ? encodeExcInfo(abandonedAt(nowIso)) : ''
  const excString = Buffer.from(traceback).toString('base64')
  // Readers of 1.13 look for it in the hash; RQ 2.x leaves nothing there.
  return ask(redis, keys, question, { nowIso, waitMs, traceback: compat === '2.x' ? '' : traceback, excString })
}

function abandonedAt(nowIso: string): string {
  const time = nowIso.replace('T', ' ').replace('Z', '+00:00')
  return `Moved to FailedJobRegistry, due to AbandonedJobError, at ${time}`
}

async function ask(
  redis: Redis,
  keys: Keys,
  question: Question,
  how: { nowIso: string; waitMs: number; traceback: string | Uint8Array; excString: string },
): Promise<Opinion> {
  const { kind, key, id, queue, place, mark } = question
  const entry = kind === 'status-unknown' ? jobStatuses.join(' ') : question.entry
  const args = { prefix: keys.prefix, id, queue, entry, place, seen: mark, ...how }
  const [verdict, seen, why] = asList(await runScript(redis, scriptOf[kind], { keys: { key }, args }))
  return { verdict: asText(verdict) as Opinion['verdict'], mark: asText(seen), why: asText(why) }
}
