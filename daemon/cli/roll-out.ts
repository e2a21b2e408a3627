import type { Body } from './context.js'
import { exitCodes } from './exit-codes.js'
import { answerTimeoutMs, wantedDaemons } from './fleet-options.js'
import type { ParamsIn, Result } from '../control/protocol.js'
import { watchRollout } from './rollout-progress.js'

/** What replaces executors one by one. */
type RolloutMethod = 'reload' | 'restart-executors'

/**
 * Let executors be replaced: those of the daemon at the socket, which is watched, or those of the daemons that are named.
 * @param describe what is said of the answer of one daemon
 */
export function rollOut<M extends RolloutMethod>(method: M, describe: (reply: Result<M>) => string): Body {
  return async (context, command) => {
    const { wait = false } = command.opts<{ wait?: true }>()
    // Both take the same; that of a method which is a parameter cannot be told by the compiler.
    const params = { wait } as ParamsIn<M>
    const daemons = wantedDaemons(command)
    if (daemons !== undefined) {
      const { orderAll } = await import('./order-all.js')
      return orderAll(context, daemons, { method, params, answerMs: answerTimeoutMs(command), describe })
    }
    const reply = await watchRollout(context, (client) => client.call(method, params, { timeoutMs: null }))
    context.answer(reply, () => describe(reply))
    return exitCodes.ok
  }
}
