import { RqdError, coerceError } from '../errors.js'
import { createKeys } from '../redis/keys.js'
import type { WorkerPlace } from './worker.js'

/**
 * Tell a worker, of Python RQ or ours, to end when its job has ended. One of our executors stands for its daemon: all
 * of it stops. To stop a job use `job.stop()`.
 * @returns false if no such worker listens: commands are not stored
 * @throws RqdError RQD_BAD_OPTION for an empty name, RQD_REDIS
 */
export function sendShutdownCommand(worker: string, place: WorkerPlace): Promise<boolean> {
  return send(worker, 'shutdown', place)
}

/**
 * Kill the process that runs the job of a worker, of Python RQ or ours. The job fails, or is tried again if it has
 * retries left. An idle worker does nothing.
 * @returns false if no such worker listens: commands are not stored
 * @throws RqdError RQD_BAD_OPTION for an empty name, RQD_REDIS
 */
export function sendKillHorseCommand(worker: string, place: WorkerPlace): Promise<boolean> {
  return send(worker, 'kill-horse', place)
}

async function send(worker: string, command: string, { connection, prefix }: WorkerPlace): Promise<boolean> {
  if (worker === '') throw new RqdError('RQD_BAD_OPTION', 'the name of a worker is an empty text; expected any other')
  const channel = createKeys(prefix).workerCommands(worker)
  try {
    return (await connection.publish(channel, JSON.stringify({ command }))) > 0
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `${command} cannot be sent to worker ${worker}: ${cause.message}`, { cause })
  }
}
