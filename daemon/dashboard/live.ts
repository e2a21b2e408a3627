import type { ServerResponse } from 'node:http'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { safeHeaders } from './headers.js'

/** How often it is looked whether anything has changed, for all visitors together. */
const LOOK_EVERY_MS = 2_000
/** A line now and then keeps proxies from hanging up, and finds those who are gone. */
const SIGN_EVERY_LOOKS = 8
const MOST_LISTENERS = 64

export interface LiveOptions {
  /** What all pages show, in short: pages are loaded again when it is another. */
  readonly fingerprint: () => Promise<string>
  readonly logger: Logger
}

/** Tells pages that are open when there is something new to show, by server-sent events. Idle while nobody listens. */
export class Live {
  readonly #options: LiveOptions
  readonly #listeners = new Set<ServerResponse>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #last = ''
  #looks = 0
  #hasWarned = false

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Listen until the connection ends. */
  add(response: ServerResponse): void {
    if (this.#listeners.size >= MOST_LISTENERS) {
      response.writeHead(503, { ...safeHeaders, 'retry-after': '30' }).end()
      return
    }
    response.writeHead(200, { ...safeHeaders, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
    response.write('retry: 3000\n\n')
    this.#listeners.add(response)
    response.on('close', () => this.#remove(response))
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
      this.#timer.unref()
      void this.#look()
    }
  }

  /** Something of ours has changed: do not wait for the next look. */
  nudge(): void {
    if (this.#listeners.size > 0) this.#send('event: change\ndata: now\n\n')
  }

  close(): void {
    for (const response of this.#listeners) response.end()
    this.#listeners.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #remove(response: ServerResponse): void {
    this.#listeners.delete(response)
    if (this.#listeners.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #look(): Promise<void> {
    // One that takes longer than the time between two is not followed by a queue of them.
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const found = await this.#options.fingerprint()
      this.#looks++
      if (found !== this.#last) this.#send(`event: change\ndata: ${this.#looks}\n\n`)
      else if (this.#looks % SIGN_EVERY_LOOKS === 0) this.#send(': still here\n\n')
      this.#last = found
      this.#hasWarned = false
    } catch (thrown) {
      this.#send('event: trouble\ndata: Redis does not answer\n\n')
      if (!this.#hasWarned)
        this.#options.logger.warn('the dashboard cannot look for changes', { error: coerceError(thrown).message })
      this.#hasWarned = true
    } finally {
      this.#isLooking = false
    }
  }

  #send(text: string): void {
    for (const response of this.#listeners) {
      // One that does not read is let go: its page connects again.
      if (response.writableLength > 0) response.destroy()
      else response.write(text)
    }
  }
}
