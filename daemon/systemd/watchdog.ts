import type { Pulse } from '../supervisor/pulse.js'

/**
 * How long systemd waits for a sign of life, milliseconds; null if it does not watch this process. It names the process
 * that it means: a wrapper is not us.
 */
export function watchdogMs(environment: NodeJS.ProcessEnv, pid: number): number | null {
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? NaN)
  const watched = environment['WATCHDOG_PID']
  if (!(microseconds > 0) || (watched !== undefined && watched !== String(pid))) return null
  return microseconds / 1000
}

/** What is looked at to tell whether the daemon does its work. */
export interface Look {
  readonly pulse: Pulse
  readonly nowMonoMs: number
  /** A connection made only to ask is answered, although the daemon's own is down. */
  readonly redisAnswersOthers: boolean
}

/**
 * Which parts have not moved since the last sign of life; none: it may be given.
 *
 * - The fetch loop is nudged behind each sign of life, so that it must have turned by the next one, whatever it waits for.
 * - The link must have asked Redis for an answer. That it came is not required: a Redis that is away is waited for, and
 *   a new daemon would find no other. But where Redis answers others, the daemon's own connection is what is broken.
 * - Executors that have nothing to do report every second. One that is silent is ended by the limits of its next job;
 *   if all are, no job can run here. Those that run a job may be silent: its limits end it.
 *
 * A daemon that stops is bounded by its stop timeout and systemd's; only its event loop has to live then.
 */
export function stuckParts(before: Pulse, { pulse, nowMonoMs, redisAnswersOthers }: Look, silentMs: number): string[] {
  if (pulse.state === 'stopping') return []
  const stuck: string[] = []
  if (pulse.fetchTurns === before.fetchTurns) stuck.push('the loop that fetches jobs has not moved')
  if (pulse.linkLooks === before.linkLooks) stuck.push('the connection to Redis has not been looked at')
  if (!pulse.redis.connected && redisAnswersOthers) {
    stuck.push('Redis answers others, and the connection of the daemon is down')
  }
  if (pulse.executors > 0 && countSilent(pulse, nowMonoMs, silentMs) === pulse.executors) {
    stuck.push('no executor has reported')
  }
  return stuck
}

/** How many executors have nothing to do, and have told nothing for so long. */
export function countSilent({ idleHeardMonoMs }: Pulse, nowMonoMs: number, silentMs: number): number {
  return idleHeardMonoMs.filter((heardMonoMs) => nowMonoMs - heardMonoMs > silentMs).length
}
