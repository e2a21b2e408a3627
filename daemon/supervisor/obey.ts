import type { Clock } from '../../src/clock.js'
import { coerceError } from '../../src/errors.js'
import { Commands, type CommandListener } from '../../src/worker/commands.js'
import type { Operations } from '../control/operations.js'
import type { JobBoard } from './job-board.js'
import type { Executors } from './executors.js'
import type { SupervisorOptions } from './supervisor-options.js'

/** A worker that is told again to shut down, so long after the first time, ends at once: as RQ's do. */
const AGAIN_MS = 1_000

type Board = Pick<JobBoard, 'running' | 'stop'>
type Killer = Pick<Executors, 'interrupt' | 'kill'>
type Daemon = Pick<Operations, 'shutdown'>

interface Stoppable {
  shutdown(now: boolean): Promise<unknown>
}

/** Hear the commands to our workers, and do what they say. */
export function obeyCommands(
  options: Pick<SupervisorOptions, 'connect' | 'store' | 'logger' | 'clock'>,
  workers: readonly string[],
  board: Board,
  pool: Killer,
  daemon: Daemon,
  onOrder: ((supervisorId: string) => void) | undefined,
): Commands {
  const { connect, store, logger, clock } = options
  const shutdown = (now: boolean): Promise<unknown> =>
    daemon.shutdown(now).catch((thrown: unknown) => {
      logger.warn('a command to shut down was refused', { reason: coerceError(thrown).message })
    })
  const listener = obey(board, pool, { shutdown }, clock)
  const also = onOrder && { channel: store.keys.orderCalls, hear: onOrder }
  return new Commands({ connect, keys: store.keys, workers, logger, listener, also })
}

/**
 * What our workers do when they are told. A worker of ours is a slot of the daemon, so `shutdown` to any of them ends
 * the daemon: there is no slot without it, and none would take its place.
 */
export function obey(board: Board, pool: Killer, daemon: Stoppable, clock: Clock): CommandListener {
  const toldMs = new Map<string, number>()
  return {
    stopJob: (worker, jobId, execution) => {
      for (const running of board.running.values()) {
        const isIt = running.hasBegun && running.worker === worker && running.job.id === jobId
        if (!isIt || (execution !== undefined && execution !== running.job.execution)) continue
        board.stop(running.job.execution)
        pool.interrupt(running.job.execution, 'stopped', false)
      }
    },
    killHorse: (worker) => pool.kill(worker),
    shutdown: (worker) => {
      const nowMs = clock.monoMs()
      const firstMs = toldMs.get(worker)
      if (firstMs === undefined) toldMs.set(worker, nowMs)
      if (firstMs === undefined || nowMs - firstMs > AGAIN_MS) void daemon.shutdown(firstMs !== undefined)
    },
  }
}
