import type { Redis } from 'ioredis'
import { RqdError, coerceError } from '../errors.js'
import { checkQueueName } from '../queue-name.js'
import { type Keys, createKeys } from '../redis/keys.js'
import { asInteger, asList, asText, runScript } from '../redis/script.js'
import { scripts } from '../redis/scripts.js'
import type { WorkerPlace } from './worker.js'

/** Stands for every queue among what is paused. No key of a queue reads so. */
const EVERY = '*'

/** What all rqd daemons of a Redis leave alone. */
export interface Pauses {
  /** Every queue, also those that nobody has used yet. */
  readonly all: boolean
  /** Those paused by name, sorted. */
  readonly queues: string[]
}

/**
 * Let no rqd daemon of this Redis claim another job of these queues (none named: of any), until they are resumed: it
 * holds when this returns, for daemons that are started later too. Running jobs go on. Python RQ does not heed it;
 * `suspend` stops all workers of both.
 * @returns what is paused now @throws RqdError RQD_BAD_OPTION for a name that no queue has, RQD_REDIS
 */
export async function pauseEverywhere(queues: readonly string[], place: WorkerPlace): Promise<Pauses> {
  const keys = createKeys(place.prefix)
  const members = queues.length === 0 ? [EVERY] : queues.map((queue) => keys.queue(checkQueueName(queue)))
  await asked(place.connection.sadd(keys.pausedQueues, ...members))
  return pausedEverywhere(place)
}

/**
 * Undo `pauseEverywhere` for these queues; for all if none is named. Daemons go on within a second.
 * @returns what is still paused
 * @throws RqdError RQD_BAD_OPTION for one queue of those that are all paused, RQD_REDIS
 */
export async function resumeEverywhere(queues: readonly string[], place: WorkerPlace): Promise<Pauses> {
  const keys = createKeys(place.prefix)
  const reply = asInteger(
    await asked(
      runScript(place.connection, scripts.resumeQueues, {
        keys: { paused: keys.pausedQueues },
        args: {},
        moreArgs: queues.map((queue) => keys.queue(checkQueueName(queue))),
      }),
    ),
  )
  if (reply === -1) {
    const text = `all queues are paused everywhere, and ${queues.join(', ')} cannot be resumed alone; resume all, without naming a queue, and pause those that are to stay paused`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  return pausedEverywhere(place)
}

/** What all rqd daemons of this Redis leave alone now. @throws RqdError RQD_REDIS */
export async function pausedEverywhere({ connection, prefix }: WorkerPlace): Promise<Pauses> {
  return readPauses(connection, createKeys(prefix))
}

/** @internal the same, for who has the keys */
export async function readPauses(redis: Redis, keys: Keys): Promise<Pauses> {
  const members = await asked(redis.smembers(keys.pausedQueues))
  const queues = members.map((member) => keys.queueName(member)).filter((name) => name !== undefined)
  return { all: members.includes(EVERY), queues: queues.sort() }
}

/** Who heeds a pause for all daemons, and who does not. */
export interface PauseAudience {
  /** Names of the living daemons (and workers of the library), sorted. */
  readonly daemons: string[]
  /** How many workers of Python RQ are there. */
  readonly rqWorkers: number
}

/** @throws RqdError RQD_REDIS */
export async function pauseAudience({ connection, prefix }: WorkerPlace): Promise<PauseAudience> {
  const { supervisors, workers } = createKeys(prefix)
  const reply = await asked(
    runScript(connection, scripts.fleet, {
      keys: { supervisors, workers },
      args: { prefix: createKeys(prefix).prefix },
    }),
  )
  const [rqWorkers, ...names] = asList(reply)
  return { daemons: names.map(asText).sort(), rqWorkers: asInteger(rqWorkers) }
}

async function asked<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `the queues paused everywhere cannot be read or changed: ${cause.message}`, {
      cause,
    })
  }
}
