import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript, type RawReply } from './script.js'
import { scripts } from './scripts.js'

/** No webhook may take longer than this, whatever it says, seconds. */
export const LONGEST_WEBHOOK_SEC = 60

/** How long a lease lasts beyond the webhook's own limit. */
const LEASE_MARGIN_MS = 5_000

/** A webhook that is due, with what there is to tell. */
export interface Delivery {
  /** Names it, the same at each attempt. */
  readonly entry: string
  /** With this one. */
  readonly attempts: number
  /** The webhook as JSON; behind a `?` what could not be read. */
  readonly hook: string
  readonly jobId: string
  readonly status: string
  readonly queue: string
  readonly description: string
  /** RQ's ISO text. */
  readonly endedAt: string
}

/** Lease webhooks that are due. One that is not settled by the end of its lease is due again. @throws RqdError RQD_REDIS */
export async function takeWebhooks(redis: Redis, keys: Keys, limit: number): Promise<Delivery[]> {
  const reply = await runScript(redis, scripts.takeWebhooks, {
    keys: { webhooks: keys.webhooks },
    args: { prefix: keys.prefix, limit, longestSec: LONGEST_WEBHOOK_SEC, marginMs: LEASE_MARGIN_MS },
  })
  return asList(reply).map((raw) => {
    const [entry, attempts, ...texts] = asList(raw)
    const [hook = '', jobId = '', status = '', queue = '', description = '', endedAt = ''] = texts.map(textOrEmpty)
    return { entry: asText(entry), attempts: asInteger(attempts), hook, jobId, status, queue, description, endedAt }
  })
}

/**
 * It was sent, or is given up: then `delayMs` is undefined; or it is to be tried again later.
 * @throws RqdError RQD_REDIS
 */
export async function settleWebhook(
  redis: Redis,
  keys: Keys,
  { entry, attempts }: Pick<Delivery, 'entry' | 'attempts'>,
  delayMs?: number,
): Promise<void> {
  await runScript(redis, scripts.settleWebhook, {
    keys: { webhooks: keys.webhooks, webhook: keys.webhook(entry) },
    args: { entry, attempts, delayMs: delayMs === undefined ? -1 : Math.round(delayMs) },
  })
}

function textOrEmpty(raw: RawReply): string {
  return raw === null ? '' : asText(raw)
}
