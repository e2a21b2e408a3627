import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../../src/clock.js'
import { RqdError, coerceError } from '../../../src/errors.js'
import type { DrainProgress, DrainReply } from '../../control/operations.js'
import type { DaemonDocument } from '../../data/daemons.js'
import type { DataCaller } from '../../data/caller.js'
import { type FailedOutcome, awaitAnswer, order } from '../order.js'
import { formatAge, formatCount, printable } from '../output.js'
import { isHeir, isReady } from './heir.js'

/** How often it is looked whether the new daemon is there. */
const LOOK_MS = 200
/** How long a daemon may take to answer what takes no time. */
const ANSWER_MS = 30_000
/** How long jobs that are handed back may take to end. */
const GRACE_MS = 60_000

/** How far one daemon may go, and what is told of it. */
export interface ReplaceOptions {
  /** How long running jobs may take, milliseconds. */
  readonly drainMs: number
  /** What then becomes of them: true, they go back to their queues; false, the restart of all is off. */
  readonly handsBack: boolean
  /** How long the new daemon may take to be ready, milliseconds. */
  readonly backMs: number
  readonly tell: (text: string) => void
}

/** What became of one daemon. */
export interface Replaced {
  readonly name: string
  readonly host: string
  readonly was: { readonly pid: number | null; readonly version: string }
  readonly now: { readonly name: string; readonly pid: number | null; readonly version: string }
  readonly handedBack: number
  readonly drainSec: number
  readonly backSec: number
}

/**
 * Let one daemon end its jobs, end it, and wait until another is there in its place.
 * @throws RqdError saying what did not happen, and what to look at
 */
export async function replace(data: DataCaller, old: DaemonDocument, options: ReplaceOptions): Promise<Replaced> {
  const drained = await drain(data, old, options)
  const { daemons } = await data.call('daemons', {})
  const before = new Set(daemons.map(({ supervisor }) => supervisor)).add(old.supervisor)
  const sinceMs = systemClock.monoMs()
  options.tell('shutting down')
  const ended = await order(data, old, { method: 'shutdown', params: { now: false }, answerMs: ANSWER_MS })
  // One that is gone before it has answered has ended, too.
  if (ended.error !== undefined && !(await isGone(data, old))) await goOn(data, old, ended)
  const heir = await awaitHeir(data, old, before, options)
  return {
    name: old.name,
    host: old.host,
    was: { pid: old.pid, version: old.version },
    now: { name: heir.name, pid: heir.pid, version: heir.version },
    handedBack: drained.handedBack,
    drainSec: drained.elapsedSec,
    backSec: Math.round(systemClock.monoMs() - sinceMs) / 1000,
  }
}

async function drain(data: DataCaller, old: DaemonDocument, options: ReplaceOptions): Promise<DrainReply> {
  const { drainMs, handsBack, tell } = options
  tell('draining')
  const isBounded = handsBack && drainMs !== Infinity
  const outcome = await order(data, old, {
    method: 'drain',
    params: { timeoutSec: isBounded ? drainMs / 1_000 : null },
    answerMs: isBounded ? drainMs + GRACE_MS : drainMs,
    onProgress: (progress) => {
      const { running } = progress as DrainProgress
      tell(`waiting for ${formatCount(running, 'running job')}`)
    },
  })
  if (outcome.error === undefined) {
    const reply = outcome.result as DrainReply
    if (reply.drained || reply.handedBack > 0) return reply
    throw failed('its drain was undone by somebody who resumed it')
  }
  if (!outcome.isLate) throw failed(`it cannot be drained: ${outcome.error}`)
  await resume(data, old, outcome.order)
  const after = formatAge(drainMs / 1_000)
  throw failed(
    `jobs were still running there after ${after}, so it goes on as before and nothing was interrupted; give it longer with --drain-timeout, or let jobs go back to their queues then with --hand-back`,
  )
}

/** It does not end. One that has refused to is put to work again; one that has not answered may end yet. */
async function goOn(data: DataCaller, old: DaemonDocument, ended: FailedOutcome): Promise<never> {
  const what = `it does not shut down: ${ended.error}`
  if (ended.isLate) throw failed(`${what}; it is drained, and takes no jobs until it is resumed or ends`)
  const resumed = await order(data, old, { method: 'resume', params: {}, answerMs: ANSWER_MS })
  if (resumed.error === undefined) throw failed(`${what}; it was resumed, and goes on as before`)
  throw failed(`${what}; it is drained, and cannot be resumed: ${resumed.error}`)
}

/** What was begun is undone: no daemon is left without work by a restart that does not go on. */
async function resume(data: DataCaller, old: DaemonDocument, drainOrder: string | undefined): Promise<void> {
  const outcome = await order(data, old, { method: 'resume', params: {}, answerMs: ANSWER_MS })
  if (outcome.error !== undefined) {
    throw failed(`its jobs did not end in time, and it cannot be resumed: ${outcome.error}; it may be left drained`)
  }
  // Its last jobs may have ended just then; that drain is over either way.
  if (drainOrder !== undefined) await awaitAnswer(data, drainOrder, ANSWER_MS)
}

async function isGone(data: DataCaller, { supervisor }: DaemonDocument): Promise<boolean> {
  const { daemons } = await data.call('daemons', {})
  return daemons.every((each) => each.supervisor !== supervisor || each.state === 'stopping')
}

async function awaitHeir(
  data: DataCaller,
  old: DaemonDocument,
  before: ReadonlySet<string>,
  { backMs, tell }: ReplaceOptions,
): Promise<DaemonDocument> {
  const deadlineMs = systemClock.monoMs() + backMs
  let seen = 'it has not come back'
  tell('waiting for the new daemon')
  while (systemClock.monoMs() < deadlineMs) {
    const { daemons } = await data.call('daemons', {}).catch((thrown: unknown) => {
      throw failed(`it was told to end, and now nobody tells of it: ${coerceError(thrown).message}`)
    })
    const heirs = daemons.filter((each) => isHeir(each, old, before))
    const ready = heirs.find(isReady)
    const isStillThere = daemons.some(({ supervisor, alive }) => supervisor === old.supervisor && alive)
    if (ready !== undefined && !isStillThere) return ready
    const [heir] = heirs
    const next = isStillThere
      ? 'it has not ended'
      : heir === undefined
        ? 'it has not come back'
        : `it is back as pid ${heir.pid ?? '?'}, but not ready (${printable(heir.state)}, ${heir.executors.idle + heir.executors.busy} of ${formatCount(heir.executors.total, 'executor')} up)`
    if (next !== seen) tell(next)
    seen = next
    await delay(LOOK_MS)
  }
  const after = formatAge(backMs / 1_000)
  throw failed(`${seen} within ${after}: look at its service manager and its log on ${printable(old.host)}`)
}

function failed(text: string): RqdError {
  return new RqdError('RQD_TIMEOUT', text)
}
