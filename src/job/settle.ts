import { rqDefaults } from '../rq-defaults.js'
import type { DeathCertificate } from './certificate.js'

/** What happened to an execution, as the process that ran it tells. */
export type Outcome =
  /** The function returned. `value`: its result in the job's serializer, null for nothing. */
  | { readonly kind: 'returned'; readonly value: Uint8Array | null }
  /** It threw, ran out of time, or could never be called. `text` is stored for people to read. */
  | { readonly kind: 'raised'; readonly text: string; readonly certificate?: DeathCertificate }
  /** Its executor died on its own. */
  | { readonly kind: 'died'; readonly text: string; readonly certificate: DeathCertificate }
  /** An operator stopped it: it fails without a retry. */
  | { readonly kind: 'stopped'; readonly text: string; readonly certificate?: DeathCertificate }
  /** It did not get to its end through no fault of its own (shutdown, drain). */
  | { readonly kind: 'interrupted' }

/** The fields of a job that decide where it goes. Seconds; undefined where the job does not say. */
export interface SettleFields {
  readonly resultTtlSec?: number | undefined
  readonly failureTtlSec?: number | undefined
  readonly ttlSec?: number | undefined
  readonly retriesLeft?: number | undefined
  readonly retryIntervalsSec?: readonly number[] | undefined
  readonly enqueueAtFrontOnRetry?: boolean | undefined
  readonly repeatsLeft?: number | undefined
  readonly repeatIntervalsSec?: readonly number[] | undefined
}

/** What holds where the job does not say, and how often it may kill. */
export interface SettlePolicy {
  readonly resultTtlSec: number
  /** A job that has ended so many executors is failed, whatever retries it has left. */
  readonly maxDeaths: number
  /** False: a job that fails gets that status and nothing else. Default true. */
  readonly storesFailures?: boolean
}

export const defaultSettlePolicy: SettlePolicy = { resultTtlSec: rqDefaults.resultTtlSec, maxDeaths: 3 }

/** That a job which went well runs again. */
export interface Repetition {
  /** After the next run. */
  readonly repeatsLeft: number
  /** Until the next run. */
  readonly delaySec: number
  /** How long it may wait on its queue, seconds; 0 for ever. */
  readonly ttlSec: number
}

/** Where a job goes, ready to be written by one script. */
export type Settlement =
  | {
      readonly kind: 'finish'
      readonly resultTtlSec: number
      readonly value: Uint8Array | null
      /** It runs again; undefined for nearly all jobs. */
      readonly repeat?: Repetition | undefined
    }
  | {
      readonly kind: 'fail'
      readonly status: 'failed' | 'stopped'
      readonly failureTtlSec: number
      /** TTL of the result history; undefined leaves it as it is, as RQ does for jobs without a failure TTL. */
      readonly resultsTtlSec: number | undefined
      readonly text: string
      readonly certificate: DeathCertificate | undefined
      /** Neither registry nor result nor TTL: only the status tells. */
      readonly unstored?: true
    }
  | {
      readonly kind: 'retry'
      readonly retriesLeft: number
      readonly delaySec: number
      readonly atFront: boolean
      readonly ttlSec: number
      /** Executors that the job has ended so far; undefined if this time it ended none. */
      readonly deaths: number | undefined
      readonly text: string
    }
  | { readonly kind: 'hand-back'; readonly ttlSec: number }

/**
 * Decide where a job goes after an outcome, by RQ's rules.
 * @param deathsBefore how many executors the job had ended before
 */
export function settle(job: SettleFields, outcome: Outcome, deathsBefore: number, policy: SettlePolicy): Settlement {
  switch (outcome.kind) {
    case 'returned': {
      const resultTtlSec = job.resultTtlSec ?? policy.resultTtlSec
      const { value } = outcome
      const repeat = job.repeatsLeft === undefined ? undefined : repetition(job, job.repeatsLeft)
      return repeat === undefined
        ? { kind: 'finish', resultTtlSec, value }
        : { kind: 'finish', resultTtlSec, value, repeat }
    }
    case 'interrupted':
      return { kind: 'hand-back', ttlSec: job.ttlSec ?? 0 }
    case 'stopped':
      return fail(job, 'stopped', outcome.text, outcome.certificate)
    case 'raised':
      return retry(job, outcome.text, undefined) ?? failed(job, outcome.text, outcome.certificate, policy)
    case 'died': {
      const deaths = deathsBefore + 1
      if (deaths < policy.maxDeaths) {
        const again = retry(job, outcome.text, deaths)
        if (again !== undefined) return again
      }
      const poison = (job.retriesLeft ?? 0) > 0 && deaths >= policy.maxDeaths
      const note = `\nIt has ended ${deaths} executors, and is not tried again although it has retries left.`
      return failed(job, poison ? outcome.text + note : outcome.text, outcome.certificate, policy)
    }
  }
}

function retry(job: SettleFields, text: string, deaths: number | undefined): Settlement | undefined {
  const retriesLeft = job.retriesLeft ?? 0
  if (retriesLeft <= 0) return undefined
  return {
    kind: 'retry',
    retriesLeft: retriesLeft - 1,
    delaySec: retryDelaySec(retriesLeft, job.retryIntervalsSec ?? []),
    atFront: job.enqueueAtFrontOnRetry ?? false,
    ttlSec: job.ttlSec ?? 0,
    deaths,
    text,
  }
}

function repetition(job: SettleFields, repeatsLeft: number): Repetition | undefined {
  if (repeatsLeft <= 0) return undefined
  const delaySec = repeatDelaySec(repeatsLeft, job.repeatIntervalsSec ?? [])
  return { repeatsLeft: repeatsLeft - 1, delaySec, ttlSec: job.ttlSec ?? 0 }
}

/**
 * RQ's interval before a repetition: `repeatsLeft` counts before this one is spent, so a list is used up from its end.
 * Two repetitions with [0, 30] wait 30 seconds, then none.
 */
export function repeatDelaySec(repeatsLeft: number, intervalsSec: readonly number[]): number {
  return Math.max(0, intervalsSec[Math.min(repeatsLeft, intervalsSec.length) - 1] ?? 0)
}

/**
 * RQ's interval before a retry: `retriesLeft` counts before this one is spent, and the first interval serves all
 * retries beyond the list. Three retries with [10, 20] wait 10, 10 and 20 seconds.
 */
export function retryDelaySec(retriesLeft: number, intervalsSec: readonly number[]): number {
  return Math.max(0, intervalsSec[Math.max(intervalsSec.length - retriesLeft, 0)] ?? 0)
}

function failed(
  job: SettleFields,
  text: string,
  certificate: DeathCertificate | undefined,
  { storesFailures = true }: SettlePolicy,
): Settlement {
  const settlement = fail(job, 'failed', text, certificate)
  return storesFailures ? settlement : { ...settlement, unstored: true }
}

function fail(
  job: SettleFields,
  status: 'failed' | 'stopped',
  text: string,
  certificate: DeathCertificate | undefined,
): Settlement & { kind: 'fail' } {
  return {
    kind: 'fail',
    status,
    failureTtlSec: job.failureTtlSec ?? rqDefaults.failureTtlSec,
    resultsTtlSec: job.failureTtlSec,
    text,
    certificate,
  }
}
