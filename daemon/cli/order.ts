import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/clock.js'
import { coerceError, hasCode } from '../../src/errors.js'
import type { OrderAnswer } from '../../src/fleet/orders.js'
import type { ParamsIn } from '../control/protocol.js'
import type { DaemonDocument } from '../data/daemons.js'
import type { OrderMethod } from '../data/order-methods.js'
import type { DataCaller } from '../data/caller.js'
import { whoCalls } from './context.js'

/** How often it is looked whether there is an answer. */
const LOOK_MS = 100

/** What became of an order: `result` if it was carried out, else `error`, in words. `isLate`: nobody has answered. */
export type Outcome = { readonly result: unknown; readonly error?: undefined } | FailedOutcome

export interface FailedOutcome {
  readonly error: string
  readonly isLate: boolean
  readonly order: string | undefined
}

/** Give an order to one daemon and wait for its answer. @throws RqdError RQD_REDIS, RQD_UNREACHABLE */
export async function order<M extends OrderMethod>(
  data: DataCaller,
  { supervisor }: Pick<DaemonDocument, 'supervisor'>,
  call: { method: M; params: ParamsIn<M>; answerMs: number; onProgress?: (progress: unknown) => void },
): Promise<Outcome> {
  const { method, params, answerMs, onProgress } = call
  let id: string
  try {
    id = (await data.call('daemon.order', { daemon: supervisor, method, params, by: whoCalls() })).order
  } catch (thrown) {
    if (!hasCode(thrown, 'RQD_ORDER_REFUSED') && !hasCode(thrown, 'RQD_NO_SUCH_DAEMON')) throw thrown
    return { error: coerceError(thrown).message, isLate: false, order: undefined }
  }
  return awaitAnswer(data, id, answerMs, onProgress)
}

/** Wait for the answer to an order. */
export async function awaitAnswer(
  data: DataCaller,
  id: string,
  answerMs: number,
  onProgress?: (progress: unknown) => void,
): Promise<Outcome> {
  const deadlineMs = systemClock.monoMs() + answerMs
  for (;;) {
    const answer = await data.call('daemon.answer', { order: id })
    const outcome = outcomeOf(answer, id)
    if (outcome !== undefined) return outcome
    if (answer.progress !== null) onProgress?.(answer.progress)
    if (systemClock.monoMs() > deadlineMs) {
      const at = answer.state === 'waiting' ? 'it has not taken the order up' : 'it is still at it'
      return { error: `no answer in time: ${at}`, isLate: true, order: id }
    }
    await delay(LOOK_MS)
  }
}

function outcomeOf({ state, result, error }: OrderAnswer, id: string): Outcome | undefined {
  const failed = (text: string): Outcome => ({ error: text, isLate: false, order: id })
  switch (state) {
    case 'waiting':
    case 'taken':
      return undefined
    case 'done':
      return { result }
    case 'failed':
      return failed(error?.message ?? 'it failed, and does not say why')
    case 'expired':
      return failed('it took the order up too late, and has done nothing')
    case 'gone':
      return failed('it ended, or lost its lease, before it answered')
    case 'unknown':
      return failed('it has not answered, and nothing is known of the order any more')
  }
}
