import { setTimeout as delay } from 'node:timers/promises'
import { coerceError } from '../errors.js'
import { parseWebhooks } from '../job/hash.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { Keys } from '../redis/keys.js'
import { settleWebhook, takeWebhooks, type Delivery } from '../redis/webhook-store.js'
import type { Redis } from 'ioredis'
import type { Service } from '../service.js'
import { backoffMs, MOST_ATTEMPTS } from './backoff.js'
import { post, requestOf, type Posted } from './post.js'

const INTERVAL_MS = 1_000
const BACKOFF_MS = 2_000
/** Most that are under way at once. */
const MOST_AT_ONCE = 16
/** How long those that are under way may take when we stop; then they are left to whoever comes after their lease. */
const STOP_LIMIT_MS = 10_000

export interface WebhookSenderOptions {
  redis: Redis
  keys: Keys
  random: Random
  logger: Logger
  /** Between two looks, with a fifth of jitter either way. */
  intervalMs?: number
  /** Between the first two attempts. */
  backoffMs?: number
}

/**
 * Sends the webhooks that lie in the outbox: the scripts that end jobs put them there in the same step. Each is sent at
 * least once, and again where a sender dies between its answer and our note of it. Any number of senders may work.
 */
export class WebhookSender implements Service {
  readonly #options: Required<WebhookSenderOptions>
  readonly #sending = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<number> | undefined
  #started = false
  #stopped = false
  #failing = false

  constructor(options: WebhookSenderOptions) {
    this.#options = { intervalMs: INTERVAL_MS, backoffMs: BACKOFF_MS, ...options }
  }

  start(): Promise<void> {
    if (!this.#started && !this.#stopped) {
      this.#started = true
      this.#plan(0)
    }
    return Promise.resolve()
  }

  /** Send what is due once more, and wait for what is under way, no longer than some seconds. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    if (!this.#started) return
    const bound = new AbortController()
    const limit = delay(STOP_LIMIT_MS, undefined, { signal: bound.signal }).catch(() => undefined)
    await Promise.race([this.runOnce(), limit])
    bound.abort()
  }

  /** Send all that is due now. Never rejects: trouble is logged. @returns how many were taken */
  async runOnce(): Promise<number> {
    let total = 0
    for (;;) {
      await this.#looking
      const taken = await this.#look()
      total += taken
      await Promise.all(this.#sending)
      if (taken === 0) return total
    }
  }

  #plan(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const { intervalMs, random } = this.#options
    this.#timer = setTimeout(() => {
      void this.#look().then((taken) => this.#plan(taken > 0 ? 0 : intervalMs * (0.8 + 0.4 * random.unit())))
    }, delayMs)
    this.#timer.unref()
  }

  #look(): Promise<number> {
    this.#looking ??= this.#take().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Begin to send what is due, as far as there is room. @returns how many were taken */
  async #take(): Promise<number> {
    const { redis, keys, logger } = this.#options
    const room = MOST_AT_ONCE - this.#sending.size
    if (room <= 0) return 0
    try {
      const deliveries = await takeWebhooks(redis, keys, room)
      for (const delivery of deliveries) {
        const sending = this.#send(delivery).finally(() => this.#sending.delete(sending))
        this.#sending.add(sending)
      }
      this.#failing = false
      return deliveries.length
    } catch (thrown) {
      if (!this.#failing) logger.warn('cannot look for webhooks to send', { error: coerceError(thrown).message })
      this.#failing = true
      return 0
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { redis, keys, random, logger } = this.#options
    const { posted, where } = await attempt(delivery)
    const fields = { jobId: delivery.jobId, queue: delivery.queue, status: delivery.status, ...where }
    const again = posted.kind === 'failed' && delivery.attempts < MOST_ATTEMPTS
    const delayMs = again ? backoffMs(delivery.attempts, this.#options.backoffMs, random.unit()) : undefined
    if (posted.kind === 'delivered') {
      logger.debug('a webhook was sent', { ...fields, attempts: delivery.attempts })
    } else if (delayMs !== undefined) {
      const delaySec = Math.round(delayMs) / 1000
      logger.warn('a webhook failed and is sent again', {
        ...fields,
        attempts: delivery.attempts,
        delaySec,
        why: posted.why,
      })
    } else {
      logger.error('a webhook is given up', { ...fields, attempts: delivery.attempts, why: posted.why })
    }
    try {
      await settleWebhook(redis, keys, delivery, delayMs)
    } catch (thrown) {
      const error = coerceError(thrown).message
      logger.warn('what became of a webhook could not be noted: it is sent again after its lease', { ...fields, error })
    }
  }
}

/** Send it once. `where`: as much of its address as may be logged, which is neither its query nor its headers. */
async function attempt(delivery: Delivery): Promise<{ posted: Posted; where: { url?: string } }> {
  const [webhook] = parseWebhooks(Buffer.from(`[${delivery.hook}]`)) ?? []
  if (webhook === undefined) {
    const why = `the field webhooks cannot be read: ${JSON.stringify(delivery.hook.replace(/^\?/, ''))}`
    return { posted: { kind: 'refused', why }, where: {} }
  }
  const where = { url: shownUrl(webhook.url) }
  try {
    return { posted: await post(requestOf(webhook, delivery), webhook.timeoutSec), where }
  } catch (thrown) {
    return { posted: { kind: 'refused', why: `it cannot be sent: ${coerceError(thrown).message}` }, where }
  }
}

function shownUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).host + new URL(url).pathname : 'no URL'
}
