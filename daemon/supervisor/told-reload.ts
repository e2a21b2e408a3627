import { coerceError } from '../../src/errors.js'
import type { ReloadReply } from '../control/operations.js'
import type { EventHub } from '../events/hub.js'

/** Reload, and tell whoever listens what came of it. */
export async function toldReload(events: EventHub, reload: () => Promise<ReloadReply>): Promise<ReloadReply> {
  try {
    const reply = await reload()
    events.publish('config.reloaded', { changed: reply.changed, needRestart: reply.needRestart })
    return reply
  } catch (thrown) {
    events.publish('config.refused', { error: coerceError(thrown).message })
    throw thrown
  }
}
