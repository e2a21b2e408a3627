import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { systemClock } from '../clock.js'
import { type Duration, parseDurationSec } from '../duration.js'
import { RqdError } from '../errors.js'
import type { WorkerPlace } from '../fleet/worker.js'
import { createKeys, type Keys } from '../redis/keys.js'
import type { Opinion, Question } from '../redis/fsck-store.js'
import { Store } from '../redis/store.js'
import { kindNames } from './kinds.js'
import { look, repair } from './look.js'
import { readStep } from './read-step.js'
import type { FsckProgress, FsckReport } from './report.js'
import { settle } from './settle.js'
import type { Step, Stretch } from './step.js'
import { walk } from './walk.js'

/** Between two looks at what may be in motion, unless told otherwise. */
export const FSCK_WAIT_SEC = 30

/** Where a check reads and repairs: Redis itself, or a daemon that does it. */
export interface FsckHands {
  step(stretch: Stretch): Promise<Step>
  look(questions: readonly Question[]): Promise<readonly Opinion[]>
  repair(questions: readonly Question[], waitMs: number): Promise<readonly Opinion[]>
}

/** How a check is made. */
export interface FsckRun {
  readonly repair: boolean
  readonly waitMs: number
  readonly onProgress?: (progress: FsckProgress) => void
  readonly signal?: AbortSignal
}

/** Check everything, by these hands. */
export async function runFsck(hands: FsckHands, run: FsckRun): Promise<FsckReport> {
  const { repair: mending, waitMs, signal, onProgress = () => undefined } = run
  const { suspects, bill, entries } = await walk((stretch) => {
    signal?.throwIfAborted()
    return hands.step(stretch)
  }, onProgress)
  const { findings, passing } = await settle(suspects, {
    repair: mending,
    waitMs,
    wait: (delayMs) => delay(delayMs, undefined, signal === undefined ? {} : { signal }),
    look: (questions) => hands.look(questions),
    mend: (questions, afterMs) => hands.repair(questions, afterMs),
    onProgress,
  })
  findings.sort((a, b) => kindNames.indexOf(a.kind) - kindNames.indexOf(b.kind))
  return {
    repair: mending,
    jobs: bill.jobs,
    entries,
    findings,
    passing,
    memory: { byQueue: bill.byQueue(), byFunction: bill.byFunction() },
  }
}

/** Options of a check. */
export interface FsckOptions extends WorkerPlace {
  /** Repair what is proved; by default nothing is changed. */
  repair?: boolean
  /** Between two looks at what may be in motion: 30 s by default. */
  wait?: Duration
  /** Told how far it is. */
  onProgress?: (progress: FsckProgress) => void
  /** Ends it early, with the reason of the signal. */
  signal?: AbortSignal
}

/**
 * Look for what is wrong in the data of RQ and rqd: jobs in no place, entries for nothing, keys that never expire, dead
 * workers. It goes through all keys in small steps, beside whatever works there; what may be in motion counts only if it
 * is still the same after `wait`. Repairs look again at what they change, in one step with the change.
 * @throws RqdError RQD_REDIS, RQD_BAD_DURATION, RQD_BAD_OPTION
 */
export async function fsck({ connection, prefix, wait, ...options }: FsckOptions): Promise<FsckReport> {
  const keys = createKeys(prefix)
  const { onProgress, signal } = options
  return runFsck(handsOn(connection, keys), {
    repair: options.repair === true,
    waitMs: waitMsOf(wait),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** @throws RqdError RQD_BAD_DURATION, RQD_BAD_OPTION */
export function waitMsOf(wait: Duration | undefined): number {
  const sec = wait === undefined ? FSCK_WAIT_SEC : parseDurationSec(wait, 'wait between two looks')
  if (sec < 1) throw new RqdError('RQD_BAD_OPTION', `wait between two looks is ${sec} s; expected at least 1`)
  return sec * 1000
}

function handsOn(redis: Redis, keys: Keys): FsckHands {
  const access = { store: new Store(redis, keys), clock: systemClock }
  return {
    step: (stretch) => readStep(redis, keys, stretch),
    look: (questions) => look(access, questions),
    repair: (questions, waitMs) => repair(access, questions, waitMs),
  }
}
