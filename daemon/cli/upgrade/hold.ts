import { RqdError } from '../../../src/errors.js'
import type { DataCaller } from '../../data/caller.js'
import { whoCalls } from '../context.js'

/** The hold is for half a minute each time. */
const RENEW_MS = 10_000

/**
 * Do something while nobody else restarts daemons.
 * @param token random, of this restart alone
 * @throws RqdError RQD_ORDER_REFUSED if somebody else does
 */
export async function whileHeld<T>(data: DataCaller, token: string, run: () => Promise<T>): Promise<T> {
  const hold = { token, by: whoCalls() }
  const { held, by } = await data.call('upgrade.hold', hold)
  if (!held) {
    const text = `the daemons of this Redis are being restarted one by one by ${by ?? '?'}; wait for that to end`
    throw new RqdError('RQD_ORDER_REFUSED', text)
  }
  const timer = setInterval(() => {
    // Whoever answers may be the daemon that is being restarted: the next attempt, or the one after, comes in time.
    data.call('upgrade.hold', hold).catch(() => undefined)
  }, RENEW_MS)
  try {
    return await run()
  } finally {
    clearInterval(timer)
    // It ends by itself, if nobody can be told now.
    await data.call('upgrade.hold', { ...hold, release: true }).catch(() => undefined)
  }
}
