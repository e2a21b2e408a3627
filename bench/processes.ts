import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { descendantsOf, signalProcess } from '../chaos/processes.js'
import type { Program } from './side.js'

const STOP_BOUND_MS = 10_000

/** What a benchmark started, so that an interruption can end all of it. */
const running = new Set<ChildProcess>()

/** A process that has been started by the benchmark and is watched. */
export class Running {
  readonly child: ChildProcess
  #output = ''

  constructor({ command, args }: Program, env: NodeJS.ProcessEnv = {}, onOutput?: (text: string) => void) {
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production', PYTHONDONTWRITEBYTECODE: '1', ...env },
    })
    running.add(this.child)
    this.child.once('exit', () => running.delete(this.child))
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-20_000)
        onOutput?.(text)
      })
    }
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get output(): string {
    return this.#output
  }

  /** @throws Error if it has ended, with what it said */
  check(): void {
    const { exitCode, signalCode } = this.child
    if (exitCode !== null || signalCode !== null)
      throw new Error(`a process ended early (${exitCode ?? signalCode}):\n${this.#output}`)
  }

  /** Ask it to end, and see to it. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const children = descendantsOf(this.pid)
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_BOUND_MS)
    await gone
    clearTimeout(late)
    for (const child of children) signalProcess(child, 'SIGKILL')
  }
}

/** Run a program to its end. @returns what it printed on standard output @throws Error if it fails */
export async function runToEnd(program: Program, env: NodeJS.ProcessEnv = {}): Promise<string> {
  let printed = ''
  const started = new Running(program, env)
  started.child.stdout?.on('data', (text: string) => (printed += text))
  const [code, signal] = (await once(started.child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Error(`${program.args.join(' ')} ended with ${code ?? signal}:\n${started.output}`)
  return printed
}

/** End everything at once. */
export function killAll(): void {
  for (const child of running) {
    for (const descendant of descendantsOf(child.pid ?? 0)) signalProcess(descendant, 'SIGKILL')
    child.kill('SIGKILL')
  }
}
