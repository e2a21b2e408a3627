import type { Redis } from 'ioredis'
import { RqdError, coerceError } from '../errors.js'
import type { Keys } from '../redis/keys.js'
import { asText, runScript } from '../redis/script.js'
import { scripts } from '../redis/scripts.js'

/** How long it is held without being renewed, milliseconds. */
export const UPGRADE_HOLD_MS = 30_000

/**
 * Be the only one who restarts daemons one by one, for half a minute from now; or give that up.
 * @param hold.token of this restart alone
 * @returns who else does it; undefined if nobody
 * @throws RqdError RQD_REDIS
 */
export async function holdUpgrade(
  redis: Redis,
  keys: Keys,
  hold: { token: string; by: string; release: boolean },
): Promise<string | undefined> {
  const { token, by, release } = hold
  try {
    const args = { token, by, holdMs: release ? 0 : UPGRADE_HOLD_MS }
    const other = asText(await runScript(redis, scripts.upgradeHold, { keys: { upgrade: keys.upgrade }, args }))
    return other === '' ? undefined : other
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `who restarts the daemons cannot be read or written: ${cause.message}`, { cause })
  }
}
