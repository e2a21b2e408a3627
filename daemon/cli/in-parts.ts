/** Work on many ids, cut into calls that end soon. */
import { RqdError, coerceError } from '../../src/errors.js'
import type { Context } from './context.js'
import { formatCount } from './output.js'
import { startBar } from './progress-bar.js'

/** Ids of one call: Redis is held up for about a millisecond, a daemon hardly longer. */
const AT_ONCE = 100

/** What is done, for the bar and for an error half-way. */
export interface Words {
  /** `requeueing` */
  readonly verb: string
  /** `requeued` */
  readonly participle: string
}

/**
 * Call for some ids after others, with a bar on a terminal.
 * @param call resolves with how many of them are done
 * @throws RqdError saying how many were done before
 */
export async function inParts(
  ids: readonly string[],
  { verb, participle }: Words,
  context: Context,
  call: (part: string[]) => Promise<number>,
): Promise<void> {
  const bar = startBar(verb, ids.length, context)
  let done = 0
  try {
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const part = ids.slice(start, start + AT_ONCE)
      done += await call(part)
      bar.update(start + part.length)
    }
  } catch (thrown) {
    const cause = coerceError(thrown)
    const code = cause instanceof RqdError ? cause.code : 'RQD_REDIS'
    const text = `${cause.message}; ${done} of ${formatCount(ids.length, 'job')} were ${participle} before`
    throw new RqdError(code, text, { cause })
  } finally {
    bar.stop()
  }
}
