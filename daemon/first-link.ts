import type { Redis } from 'ioredis'
import type { Logger } from '../src/logger.js'
import { describeTrouble } from '../src/redis/trouble.js'
import { preflight } from './preflight.js'

export interface FirstLinkOptions {
  readonly redis: Redis
  /** Where it is, without its password. */
  readonly shownUrl: string
  readonly taskPaths: readonly string[]
  /** Aborted: the daemon was told to stop. */
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** The first connection to a Redis, which may not be there yet when the daemon starts: then it is waited for. */
export class FirstLink {
  /**
   * Resolves when Redis answers and is fit; with false if the daemon was told to stop first.
   * @throws RqdError RQD_BAD_OPTION, RQD_REDIS_UNFIT
   */
  readonly ready: Promise<boolean>
  /** Resolves when Redis did not answer at first. */
  readonly away: Promise<void>

  constructor({ redis, shownUrl, taskPaths, signal, logger }: FirstLinkOptions) {
    let waits = false
    let started = false
    this.away = new Promise((resolve) => {
      // Without a listener an error would end the process. Once the daemon runs, its Link tells of the connection.
      redis.on('error', (error: Error) => {
        if (!waits && !started) {
          logger.warn('Redis does not answer, waiting for it', { url: shownUrl, error: describeTrouble(error, redis) })
        }
        waits = true
        resolve()
      })
    })
    const connected = new Promise<boolean>((resolve) => {
      redis.once('ready', () => {
        started = true
        resolve(true)
      })
      signal.addEventListener('abort', () => resolve(false), { once: true })
      // The first attempt may fail; the connection goes on trying by itself.
      redis.connect().catch(() => undefined)
    })
    this.ready = connected.then(async (isThere) => {
      if (isThere) await preflight(redis, taskPaths, logger)
      return isThere
    })
    // Whoever waits hears of it.
    this.ready.catch(() => undefined)
  }
}
