import type { PausesWithAudience } from '../data/pauses.js'
import type { Context } from './context.js'
import { exitCodes } from './exit-codes.js'
import { formatCount, printable } from './output.js'

/** Pause or resume queues for all daemons. @returns the exit code */
export async function changeEverywhere(
  context: Context,
  method: 'pause.everywhere' | 'resume.everywhere',
  queues: readonly string[],
): Promise<number> {
  const pauses = await context.withData((data) => data.call(method, { queues: [...queues] }))
  context.answer(pauses, () => describePauses(pauses))
  return exitCodes.ok
}

/** What `pause --everywhere` and `resume --everywhere` say: what is paused, and for whom. */
export function describePauses({ all, queues, daemons, rqWorkers }: PausesWithAudience): string {
  const who = daemons.length === 0 ? 'none is alive now' : daemons.map(printable).join(', ')
  const what = all
    ? 'All queues are paused everywhere.'
    : queues.length === 0
      ? 'No queue is paused everywhere.'
      : `Paused everywhere: ${queues.map(printable).join(', ')}`
  const heedless =
    rqWorkers === 0 || (!all && queues.length === 0)
      ? ''
      : `${formatCount(rqWorkers, 'worker')} of Python RQ ${rqWorkers === 1 ? 'goes' : 'go'} on: to stop ${rqWorkers === 1 ? 'it' : 'them'} there is "rqctl suspend".\n`
  return `${what}\nDaemons: ${who}\n${heedless}`
}
