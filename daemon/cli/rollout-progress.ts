import type { RestartReply, RolloutProgress } from '../control/operations.js'
import type { ControlClient } from '../control/client.js'
import type { Context } from './context.js'
import { formatAge, formatCount } from './output.js'

/** Ask the daemon for a change of its executors, and show how far it is. No bound: it says what it waits for. */
export async function watchRollout<T>(context: Context, ask: (client: ControlClient) => Promise<T>): Promise<T> {
  const progress = showRollout(context)
  try {
    return await context.withWhole(ask, { onRollout: progress.update })
  } finally {
    progress.end()
  }
}

/**
 * Shows how far a change of the executors is: one line that is written over on a terminal; elsewhere a line whenever
 * something has happened.
 */
function showRollout({ io: { stderr } }: Context): {
  update: (progress: RolloutProgress) => void
  end: () => void
} {
  const live = stderr.isTTY === true
  let shown: string | undefined
  return {
    update: (progress) => {
      const text = describeRollout(progress)
      if (live) stderr.write(`\r\x1b[2K${text}, ${formatAge(progress.elapsedSec)}`)
      else if (text !== shown) stderr.write(`${text}\n`)
      shown = text
    },
    end: () => {
      if (live && shown !== undefined) stderr.write('\r\x1b[2K')
    },
  }
}

function describeRollout({ step, done, total, running }: RolloutProgress): string {
  switch (step) {
    case 'waiting':
      return 'waiting for another change of the executors'
    case 'checking':
      return 'trying configuration and code'
    case 'starting':
      return `${done} of ${formatCount(total, 'executor')} ready`
    case 'ending':
      return running === 0 ? 'waiting for old executors to end' : `waiting for ${formatCount(running, 'running job')}`
  }
}

/** A line about executors that serve no more and still run jobs; empty if there are none. */
export function describeEnding({ ending }: Pick<RestartReply, 'ending'>): string {
  if (ending === 0) return ''
  return ending === 1 ? '1 old executor ends after its job.\n' : `${ending} old executors end after their jobs.\n`
}
