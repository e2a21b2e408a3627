import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from './clock.js'
import { descendantsOf, identify, signalProcess, type ProcessId } from './processes.js'

export interface Program {
  /** `daemon-1`, for people. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Takes all that it prints. */
  readonly logFile: string
  /** Its control socket, if it has one. */
  readonly socket?: string
  /** Whether it is a Python RQ worker: its children are its jobs. */
  readonly isPython: boolean
}

/** One that ends so soon is started again only after a pause. */
const SHORT_LIFE_MS = 1_000
const PAUSE_MS = 200

/** A program that is started again whenever it ends, as `Restart=always` does, until it is stopped. */
export class KeptProcess {
  readonly program: Program
  restarts = 0
  /** True while a strike has stopped it. */
  frozen = false
  #child: ChildProcess | undefined
  #id: ProcessId | undefined
  #stopping = false

  constructor(program: Program) {
    this.program = program
  }

  get name(): string {
    return this.program.name
  }

  /** The process that lives now. */
  get id(): ProcessId | undefined {
    const isAlive = this.#child?.exitCode === null && this.#child.signalCode === null
    return isAlive ? this.#id : undefined
  }

  start(): void {
    const { command, args, env, logFile } = this.program
    const log = openSync(logFile, 'a')
    // A group of its own: Ctrl+C on the harness is the harness's affair.
    const child = spawn(command, args, { stdio: ['ignore', log, log], env, detached: true })
    closeSync(log)
    const bornMs = nowMs()
    this.#child = child
    this.#id = child.pid === undefined ? undefined : identify(child.pid)
    this.frozen = false
    let over = false
    const again = (): void => {
      if (over || this.#stopping) return
      over = true
      const pauseMs = nowMs() - bornMs < SHORT_LIFE_MS ? PAUSE_MS : 0
      setTimeout(() => {
        if (this.#stopping) return
        this.restarts += 1
        this.start()
      }, pauseMs)
    }
    child.once('error', again)
    child.once('exit', again)
  }

  /** End it well, else with force, all that hangs on it included. */
  async stop(boundMs: number): Promise<void> {
    this.#stopping = true
    const id = this.id
    if (id === undefined) return
    const family = [id, ...descendantsOf(id.pid)]
    for (const member of family) signalProcess(member, 'SIGCONT')
    signalProcess(id, 'SIGTERM')
    const deadline = nowMs() + boundMs
    while (this.id !== undefined && nowMs() < deadline) await delay(20)
    for (const member of this.id === undefined ? [] : family) signalProcess(member, 'SIGKILL')
  }

  /** End it at once. */
  kill(): void {
    this.#stopping = true
    const id = this.id
    if (id === undefined) return
    for (const member of [id, ...descendantsOf(id.pid)]) signalProcess(member, 'SIGKILL')
  }
}
