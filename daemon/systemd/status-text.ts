import type { Pulse } from '../supervisor/pulse.js'

/**
 * One line for `systemctl status`.
 * @param waiting jobs on the queues; null where nobody knows
 * @param silent executors that have nothing to do and tell nothing
 */
export function statusText(pulse: Pulse, waiting: number | null, silent: number): string {
  const { state, executors, busy, redis } = pulse
  if (state === 'stopping') return stoppingText(pulse)
  const parts = [
    `${busy} of ${count(executors, 'executor')} busy`,
    ...(silent === 0 ? [] : [`${silent} silent`]),
    ...(waiting === null ? [] : [`${waiting} waiting`]),
    redis.connected ? `Redis ${milliseconds(redis.roundTripMs ?? 0)}` : 'Redis does not answer',
  ]
  return `${state}: ${parts.join(', ')}`
}

function stoppingText({ running, stopLeftMs }: Pulse): string {
  if (running === 0) return 'stopping: no job runs'
  const left = stopLeftMs === null ? '' : `, ${Math.ceil(stopLeftMs / 1000)} s left`
  return `stopping: waiting for ${count(running, 'running job')}${left}`
}

/** One digit: the line should change when something has. */
function milliseconds(ms: number): string {
  return ms < 0.1 ? '< 0.1 ms' : `${Number(ms.toPrecision(1))} ms`
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}
