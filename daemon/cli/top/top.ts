import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../../src/clock.js'
import { RqdError, coerceError } from '../../../src/errors.js'
import { ControlClient } from '../../control/client.js'
import type { Status } from '../../control/operations.js'
import type { Context } from '../context.js'
import { formatAge } from '../output.js'
import { describePaused } from '../commands/pause.js'
import { renderTop } from './layout.js'
import { type Rates, ratesBetween } from './rates.js'
import { type Keyboard, Screen } from './screen.js'
import { type View, type Wish, firstView, press } from './view.js'

/** Bound for connecting and for one look. */
const PATIENCE_MS = 5_000

/**
 * Looks at a daemon again and again, draws what it saw, and does what keys ask. A daemon that goes away is looked for
 * until it is back: its last state stays on the screen meanwhile.
 */
export class Top {
  readonly #context: Context
  readonly #intervalMs: number
  readonly #screen: Screen
  #over = false
  #client: ControlClient
  #status: Status
  #rates: Rates | undefined
  #view: View = firstView
  #away: { reason: string; sinceMonoMs: number } | undefined
  /** Ends the wait before the next look. */
  #waiting = new AbortController()

  private constructor(context: Context, stdin: Keyboard, intervalMs: number, client: ControlClient, status: Status) {
    this.#context = context
    this.#intervalMs = intervalMs
    this.#client = client
    this.#status = status
    this.#screen = new Screen(stdin, context.io.stdout, {
      key: (name) => this.#press(name),
      resized: () => this.#draw(),
      closed: () => this.#quit(),
    })
  }

  /** Resolves when somebody quits. @throws RqdError RQD_UNREACHABLE and others if the daemon does not answer at first. */
  static async run(context: Context, stdin: Keyboard, intervalSec: number): Promise<void> {
    const client = await connect(context)
    try {
      const status = await client.call('status', {})
      await new Top(context, stdin, intervalSec * 1_000, client, status).#run()
    } finally {
      client.close()
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#context.io
    const onAbort = (): void => this.#quit()
    signal?.addEventListener('abort', onAbort)
    this.#screen.open()
    try {
      this.#draw()
      while (!this.#isOver()) {
        await this.#wait()
        if (!this.#isOver()) await this.#look()
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#screen.close()
      this.#client.close()
    }
  }

  // A method, since a key may end it while it waits.
  #isOver(): boolean {
    return this.#over
  }

  async #wait(): Promise<void> {
    this.#waiting = new AbortController()
    const { signal } = this.#waiting
    await delay(this.#intervalMs, undefined, { signal }).catch(() => undefined)
  }

  async #look(): Promise<void> {
    try {
      if (this.#away !== undefined) this.#client = await connect(this.#context)
      const status = await this.#client.call('status', {})
      this.#rates = ratesBetween(this.#status, status)
      this.#status = status
      this.#away = undefined
    } catch (thrown) {
      this.#client.close()
      this.#away = {
        reason: coerceError(thrown).message,
        sinceMonoMs: this.#away?.sinceMonoMs ?? systemClock.monoMs(),
      }
    }
    this.#draw()
  }

  #press(key: string): void {
    const { view, wish } = press(this.#view, key, this.#status)
    this.#view = view
    if (wish !== undefined) void this.#do(wish)
    this.#draw()
  }

  async #do(wish: Wish): Promise<void> {
    if (wish.kind === 'quit') {
      this.#quit()
      return
    }
    try {
      const note = await this.#ask(wish)
      if (note !== undefined) this.#note(note)
    } catch (thrown) {
      // One that is away is told of anyway.
      if (!(thrown instanceof RqdError && thrown.code === 'RQD_UNREACHABLE')) this.#note(coerceError(thrown).message)
    }
    this.#waiting.abort()
  }

  /** @returns what came of it. */
  async #ask(wish: Wish): Promise<string | undefined> {
    switch (wish.kind) {
      case 'pause':
      case 'resume':
        return describePaused((await this.#client.call(wish.kind, { queues: [] })).paused).trimEnd()
      case 'stop': {
        const { jobId, tenant = this.#context.tenant } = wish
        const { failures } = await this.#client.call('stop-job', { ids: [jobId] }, { tenant })
        return failures[0]?.message ?? `The worker of job ${wish.jobId} was told to end it.`
      }
      case 'drain': {
        const { elapsedSec } = await this.#client.call('drain', { timeoutSec: null }, { timeoutMs: null })
        return `Drained after ${formatAge(elapsedSec)}.`
      }
      case 'look':
      case 'quit':
        return undefined
    }
  }

  #note(note: string): void {
    this.#view = { ...this.#view, note }
    this.#draw()
  }

  #quit(): void {
    this.#over = true
    this.#waiting.abort()
  }

  #draw(): void {
    const away = this.#away
    const scene = {
      status: this.#status,
      rates: this.#rates,
      view: this.#view,
      away:
        away === undefined
          ? undefined
          : { reason: away.reason, sec: (systemClock.monoMs() - away.sinceMonoMs) / 1_000 },
    }
    this.#screen.draw(renderTop(scene, { ...this.#screen.size, colours: this.#context.colours }))
  }
}

function connect(context: Context): Promise<ControlClient> {
  return ControlClient.connect(context.socketPath, { timeoutMs: PATIENCE_MS, tenant: context.tenant })
}
