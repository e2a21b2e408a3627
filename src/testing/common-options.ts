import type { Enqueuing } from '../enqueuer.js'
import { RqdError } from '../errors.js'
import type { Queue } from '../queue.js'

/**
 * The options of queues that are handled together: those of the first.
 * @param shared options that all must have in common
 * @throws RqdError RQD_BAD_OPTION where they differ, or without any queue
 */
export function commonOptions(
  queues: readonly Queue[],
  shared: readonly ('connection' | 'prefix' | 'clock')[],
): Enqueuing {
  const [first, ...more] = queues
  if (first === undefined) throw new RqdError('RQD_BAD_OPTION', 'no queue was given; expected at least one')
  for (const other of more) {
    const option = shared.find((name) => other.options[name] !== first.options[name])
    if (option === undefined) continue
    const text = `queue ${JSON.stringify(other.name)} has another ${option} than ${JSON.stringify(first.name)}; expected the same: handle them one by one`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  return first.options
}
