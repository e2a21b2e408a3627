import type { Verdict } from './explanation.js'
import type { DaemonFacts, JobFacts, RunFacts } from './facts.js'
import { command, count, fact, quote, timeFact } from './words.js'

/** Python RQ looks after its workers' leftovers every ten minutes, our daemons every fifteen seconds. */
const SWEEPS = 'a live rqd puts such jobs back within a minute, a Python worker within some ten'

/** A job that waits by its status and is on no list: it is with a worker, waits for a slot, or is lost. */
export function explainElsewhere(facts: JobFacts): Verdict[] {
  const { places, runs, stored, queue, rateLimit, nowMs } = facts
  const { status } = stored.hash
  const run = runs.find(({ holder }) => holder !== undefined) ?? runs[0]
  if (run !== undefined) return [explainTaken(facts, run)]
  if (places.isIntermediate) {
    return [
      {
        cause: 'intermediate',
        sentence: `A Python worker has taken it off queue ${quote(queue ?? '')} and has not begun; if that worker died in between, ${SWEEPS}.`,
        evidence: [timeFact('enqueuedAt', stored.hash.enqueuedAtMs, nowMs)],
        next: facts.daemons.some((daemon) => isAlive(daemon, nowMs)) ? null : startDaemon(queue),
      },
    ]
  }
  if (status === 'rate_limited' && rateLimit !== undefined) return [explainRateLimit(facts, rateLimit)]
  if (status === 'ready_to_enqueue' || places.ready !== undefined) {
    return [
      {
        cause: 'ready',
        sentence:
          'What it waited for has ended, and the step that puts it on its queue is missing: the maintenance of RQ 3 makes up for it.',
        evidence: [timeFact('readySince', places.ready === undefined ? undefined : places.ready * 1000, nowMs)],
        next: `or put it on the queue: ${push(facts)}`,
      },
    ]
  }
  if (status === 'created') {
    return [
      {
        cause: 'created',
        sentence: 'It was saved, and never put on a queue.',
        evidence: [timeFact('createdAt', stored.hash.createdAtMs, nowMs)],
        next: `enqueue it: ${push(facts)}`,
      },
    ]
  }
  return [explainOrphan(facts)]
}

/** Its hash says that it is somewhere, and it is not. */
export function explainOrphan(facts: JobFacts): Verdict {
  const { stored, queue, nowMs, places } = facts
  const status = stored.statusText === undefined ? 'nothing' : quote(stored.statusText)
  const registries = Object.entries(places).flatMap(([place, score]) => (typeof score === 'number' ? [place] : []))
  return {
    cause: 'orphaned',
    sentence: `Its status says ${status}, but it is not on queue ${quote(queue ?? '')}, nor with a worker, nor scheduled: nobody will ever run it.`,
    evidence: [
      fact('status', stored.statusText ?? null, stored.statusText ?? 'none'),
      fact('registries', registries.join(','), registries.length === 0 ? 'none' : registries.join(', ')),
      timeFact('enqueuedAt', stored.hash.enqueuedAtMs, nowMs),
    ],
    next: queue === undefined ? 'enqueue it again' : `if it is to run, put it back: ${push(facts)}`,
  }
}

/** Claimed by a daemon of ours, or marked by a Python worker, and not begun. */
function explainTaken({ nowMs, queue, daemons }: JobFacts, { holder, markEndMs }: RunFacts): Verdict {
  if (holder !== undefined && !isAlive(holder, nowMs)) return explainDeadHolder(holder, daemons, queue, nowMs)
  return {
    cause: 'claimed',
    sentence:
      holder === undefined
        ? 'A Python worker has taken it and is about to begin.'
        : `Daemon ${quote(holder.name)} has taken it, and begins as soon as an executor is free.`,
    evidence: holder === undefined ? [timeFact('markedUntil', markEndMs, nowMs)] : daemonFacts(holder, nowMs),
    next: null,
  }
}

/** The daemon that holds it has let its lease run out. */
export function explainDeadHolder(
  holder: DaemonFacts,
  daemons: readonly DaemonFacts[],
  queue: string | undefined,
  nowMs: number,
): Verdict {
  const living = daemons.filter((daemon) => isAlive(daemon, nowMs))
  const what =
    living.length === 0 ? 'no other daemon lives to put it back' : 'another daemon puts it back within seconds'
  return {
    cause: 'held-by-dead',
    sentence: `Daemon ${quote(holder.name)} holds it, but is dead or frozen: ${what}.`,
    evidence: [...daemonFacts(holder, nowMs), fact('livingDaemons', living.length)],
    next: living.length === 0 ? startDaemon(queue) : null,
  }
}

function explainRateLimit(facts: JobFacts, limit: NonNullable<JobFacts['rateLimit']>): Verdict {
  const { key, concurrency, holders, isWaiting } = limit
  const isFull = concurrency !== undefined && holders.length >= concurrency
  return {
    cause: isWaiting ? 'rate-limited' : 'orphaned',
    sentence: isWaiting
      ? `It waits for a slot of rate limit ${quote(key)}, which lets ${count(concurrency ?? 0, 'job')} run at a time${isFull ? '' : "; a slot is free, and the next job of the limit that ends, or RQ's maintenance, passes it on"}.`
      : `Its status says that it waits for a slot of rate limit ${quote(key)}, but it is not among those that do: nobody will ever run it.`,
    evidence: [fact('concurrency', concurrency ?? null), ...holders.map((id) => fact('holder', id))],
    next:
      isWaiting && isFull
        ? `see why a holder does not end: ${command('rqctl', 'explain', holders[0] ?? '')}`
        : `or put it on its queue: ${push(facts)}`,
  }
}

/** Whether a daemon's lease has not run out. */
export function isAlive({ leaseEndMs }: DaemonFacts, nowMs: number): boolean {
  return leaseEndMs > nowMs
}

/** Who a daemon is, and how long its lease lasts. */
export function daemonFacts({ name, host, pid, leaseEndMs }: DaemonFacts, nowMs: number): Verdict['evidence'] {
  return [
    fact('daemon', name),
    fact('host', host),
    fact('pid', pid),
    leaseEndMs === 0 ? fact('leaseEnd', null, 'being taken over') : timeFact('leaseEnd', leaseEndMs, nowMs),
  ]
}

/** The command that lets somebody take it over. */
export function startDaemon(queue: string | undefined): string {
  return `start one: ${command('rqd', queue ?? 'default')}`
}

function push({ queueKey, jobId }: JobFacts): string {
  return command('redis-cli', 'RPUSH', queueKey, jobId)
}
