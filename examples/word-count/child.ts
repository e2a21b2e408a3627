import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** How long a program may take to end after it was told to. */
const STOP_MS = 10_000

/** A program that runs until it is told to stop. Its output goes to a file. */
export class Child {
  readonly name: string
  readonly logFile: string
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #running = true

  constructor(name: string, command: string, args: readonly string[], logFile: string, env: NodeJS.ProcessEnv = {}) {
    this.name = name
    this.logFile = logFile
    const log = openSync(logFile, 'a')
    // A process group of its own: Ctrl+C is for this program, which then stops its children in order.
    this.#child = spawn(command, args, { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...env } })
    closeSync(log)
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#running = false
        resolve(how)
      }
      this.#child.once('error', (error) => end(`did not start: ${error.message}`))
      this.#child.once('exit', (code, signal) =>
        end(signal === null ? `ended with code ${String(code)}` : `was killed by ${signal}`),
      )
    })
  }

  /** Tell it to stop, wait until it has, and kill it when it takes too long. */
  async stop(): Promise<void> {
    if (!this.#running) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await this.ended
    clearTimeout(timer)
  }

  /** The last lines of its log. */
  tail(lines = 20): string {
    const all = readFileSync(this.logFile, 'utf8').trimEnd().split('\n')
    return all.slice(-lines).join('\n')
  }
}

/**
 * Ask again and again until there is an answer, for as long as the program runs.
 * @throws Error if the program ends or the time is up
 */
export async function until<T>(
  child: Child,
  what: string,
  ask: () => Promise<T | undefined>,
  boundMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + boundMs
  let how: string | undefined
  void child.ended.then((end) => (how = end))
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (how !== undefined) throw new Error(`${child.name} ${how} before ${what}`)
    if (performance.now() > deadline) throw new Error(`waited ${boundMs / 1000} s in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
