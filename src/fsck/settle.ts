import { RESERVE_MS } from '../maintenance/rq-sweeper.js'
import type { Opinion, Question } from '../redis/fsck-store.js'
import { kinds, type KindName } from './kinds.js'
import type { FsckFinding, FsckProgress } from './report.js'
import type { Suspect } from './suspect.js'

/** Suspects that one call asks about. */
const AT_ONCE = 50
/** Looks after the first. What is reserved in one is repaired in a later one; and a repair may make way for another. */
const MOST_ROUNDS = 5

/** What a repair has begun is ready to be ended by then. */
const LATER_MS = RESERVE_MS + 1_000

/** How suspects are settled. */
export interface SettleOptions {
  readonly repair: boolean
  /** Between two looks at what may be in motion. */
  readonly waitMs: number
  readonly wait: (delayMs: number) => Promise<void>
  readonly look: (questions: readonly Question[]) => Promise<readonly Opinion[]>
  readonly mend: (questions: readonly Question[], waitMs: number) => Promise<readonly Opinion[]>
  readonly onProgress: (progress: FsckProgress) => void
}

/** A suspect, and what was said of it last. */
interface Case {
  readonly suspect: Suspect
  opinion: Opinion
  /** It was the same in two looks, some time apart; at once where nothing can be in motion. */
  confirmed: boolean
}

/** Have a second opinion on all suspects, and repair what may be. */
export async function settle(
  suspects: readonly Suspect[],
  options: SettleOptions,
): Promise<{ findings: FsckFinding[]; passing: number }> {
  const { repair, waitMs, wait, onProgress } = options
  const first = await inBatches(suspects, 'looking', options, (batch) => options.look(batch.map(asFirst)))
  const cases: Case[] = suspects.flatMap((each, i) => {
    const opinion = first[i]
    if (opinion === undefined || opinion.verdict === 'gone') return []
    return [{ suspect: each, opinion, confirmed: !kinds[each.kind].settles }]
  })
  const isOpen = ({ opinion, confirmed }: Case): boolean =>
    !confirmed || (repair && (opinion.verdict === 'holds' || opinion.verdict === 'kept'))
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const open = cases.filter(isOpen)
    if (open.length === 0) break
    if (open.some(needsTime)) {
      onProgress({ stage: 'waiting', done: 0, total: 1 })
      await wait(round === 0 ? waitMs : Math.min(waitMs, LATER_MS))
    }
    const before = open.map(({ opinion }) => opinion.verdict)
    await again(open, options)
    if (repair ? !isMoving(open, before) : true) break
  }
  const done = cases.filter(({ opinion }) => opinion.verdict !== 'gone')
  const sure = done.filter(({ confirmed }) => confirmed)
  return { findings: sure.map((each) => findingOf(each, repair)), passing: suspects.length - sure.length }
}

async function again(open: readonly Case[], options: SettleOptions): Promise<void> {
  const { repair, waitMs, look, mend } = options
  const opinions = await inBatches(open, repair ? 'repairing' : 'looking', options, (batch) => {
    const questions = batch.map(asAgain)
    return repair ? mend(questions, waitMs) : look(questions)
  })
  open.forEach((each, i) => {
    const opinion = opinions[i]
    if (opinion === undefined) return
    // Its mark names the time since when it is so.
    if (opinion.mark === each.opinion.mark) each.confirmed = true
    // One call of maintenance ends all of a queue, of which each is a case here.
    const byAnother = repair && each.confirmed && opinion.verdict === 'gone' && each.suspect.kind in unfinished
    each.opinion = byAnother ? { ...opinion, verdict: 'repaired' } : opinion
  })
}

// What may be in motion has to be seen twice; what holds after a repair has been begun by it.
function needsTime({ suspect, opinion, confirmed }: Case): boolean {
  return kinds[suspect.kind].settles && (!confirmed || opinion.verdict === 'holds')
}

// Another round may bring something: a repair has begun or been made, or something was not the same.
function isMoving(open: readonly Case[], before: readonly Opinion['verdict'][]): boolean {
  return open.some(({ opinion, confirmed }, i) => {
    if (opinion.verdict === 'holds' || (!confirmed && opinion.verdict !== 'gone')) return true
    return opinion.verdict === 'repaired' && before[i] !== 'repaired'
  })
}

async function inBatches<T>(
  items: readonly T[],
  stage: FsckProgress['stage'],
  { onProgress }: SettleOptions,
  ask: (batch: readonly T[]) => Promise<readonly Opinion[]>,
): Promise<Opinion[]> {
  const opinions: Opinion[] = []
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const batch = items.slice(start, start + AT_ONCE)
    opinions.push(...(await ask(batch)))
    onProgress({ stage, done: start + batch.length, total: items.length })
  }
  return opinions
}

function asFirst({ kind, key, id, queue, entry, place }: Suspect): Question {
  return { kind, key, id, queue, entry, place, mark: '' }
}

function asAgain({ suspect, opinion }: Case): Question {
  return { ...asFirst(suspect), mark: opinion.mark }
}

/** Why a repair that was begun has not come to its end. */
const unfinished: Partial<Record<KindName, string>> = {
  abandoned: 'its worker may still be alive: look again in a minute',
  'daemon-dead': 'a key of the queue to which its jobs belong holds something else',
}

function findingOf({ suspect, opinion }: Case, repair: boolean): FsckFinding {
  const { kind, key, id, queue, entry, found } = suspect
  const { verdict, why } = opinion
  const outcome = verdict === 'repaired' ? 'repaired' : repair ? 'left' : 'found'
  return {
    kind,
    key,
    id,
    queue,
    entry,
    found,
    expected: kinds[kind].expected,
    proved: verdict !== 'kept',
    outcome,
    why: outcome === 'left' && why === '' ? (unfinished[kind] ?? 'it changed from look to look') : why,
  }
}
