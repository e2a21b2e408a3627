import { spawn } from 'node:child_process'
import type notify from 'systemd-notify'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { requirePackage } from '../../src/require.js'
import { oneLine, toVariables, type Notice } from './notice.js'

/** A manager that has not taken a message after so long is not waited for any more. */
const SEND_LIMIT_MS = 5_000

/**
 * Sends to systemd by its own program, `systemd-notify`, one message at a time: what is to be told meanwhile goes out
 * together afterwards, the newest of each. Nobody has to wait for it, and trouble is logged once.
 */
export class Messenger {
  readonly #logger: Logger
  readonly #pid: number
  #waiting: Notice | undefined
  #sending: Promise<void> | undefined
  #failed = false

  constructor(logger: Logger, pid: number) {
    this.#logger = logger
    this.#pid = pid
  }

  /** Resolves when this, and what was told before, is sent or cannot be. */
  tell(notice: Notice): Promise<void> {
    this.#waiting = { ...this.#waiting, ...notice }
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting !== undefined) {
      const notice = this.#waiting
      this.#waiting = undefined
      try {
        await (isForPackage(notice) ? this.#sendByPackage(notice) : sendByProgram(toVariables(notice)))
        this.#failed = false
      } catch (thrown) {
        const error = coerceError(thrown).message
        if (!this.#failed) this.#logger.error('systemd could not be told how the daemon is', { error })
        this.#failed = true
      }
    }
  }

  async #sendByPackage({ ready, status }: Notice): Promise<void> {
    const tell = requirePackage('systemd-notify') as typeof notify
    await tell({
      pid: this.#pid,
      ...(ready === undefined ? {} : { ready }),
      ...(status === undefined ? {} : { status: oneLine(status) }),
    })
  }
}

/** The package knows `READY` and `STATUS`, and nothing else. */
function isForPackage({ stopping, watchdog, extendSec }: Notice): boolean {
  return stopping === undefined && watchdog === undefined && extendSec === undefined
}

function sendByProgram(variables: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('systemd-notify', variables, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: SEND_LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(said.trim() || `systemd-notify ended with ${code ?? signal ?? 'nothing'}`))
    })
  })
}
