import type notify from 'systemd-notify'
import { coerceError } from '../src/errors.js'
import type { Logger } from '../src/logger.js'
import { requirePackage } from '../src/require.js'

/** Tell systemd that the daemon is ready, with a line for `systemctl status`. Does nothing under anything else. */
export async function notifyReady(environment: NodeJS.ProcessEnv, status: string, logger: Logger): Promise<void> {
  if (environment['NOTIFY_SOCKET'] === undefined) return
  try {
    const tell = requirePackage('systemd-notify') as typeof notify
    await tell({ ready: true, status, pid: process.pid })
  } catch (thrown) {
    logger.error('systemd could not be told that the daemon is ready', { error: coerceError(thrown).message })
  }
}
