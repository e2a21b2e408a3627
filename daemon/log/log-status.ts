import type { Logger } from '../../src/logger.js'
import type { ExecutorStatus, Status } from '../control/operations.js'

/** Write the state of a daemon to its log: a line for itself, each executor, each queue and what it has done. */
export function logStatus(status: Status, logger: Logger): void {
  const { state, uptimeSec, redis, executors, queues, counters } = status
  logger.info('state of the daemon', {
    state,
    uptimeSec,
    redis: redis.connected ? 'connected' : 'not connected',
    roundTripMs: redis.roundTripMs ?? undefined,
  })
  for (const executor of executors) logger.info('state of an executor', executorFields(executor))
  for (const { name, depth, paused, oldestAgeSec } of queues) {
    logger.info('state of a queue', {
      name,
      waiting: depth ?? undefined,
      paused,
      oldestAgeSec: oldestAgeSec ?? undefined,
    })
  }
  logger.info('done since the start', { ...counters })
}

function executorFields(executor: ExecutorStatus): Record<string, string | number | undefined> {
  return {
    worker: executor.worker,
    pid: executor.pid ?? undefined,
    state: executor.state,
    jobId: executor.jobId ?? undefined,
    queue: executor.queue ?? undefined,
    func: executor.func ?? undefined,
    runningSec: executor.runningSec ?? undefined,
    ahead: executor.ahead,
    rssBytes: executor.rssBytes ?? undefined,
    jobsDone: executor.jobsDone,
    trouble: executor.trouble ?? undefined,
  }
}
