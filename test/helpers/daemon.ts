import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Status } from '../../daemon/control/operations.js'
import { plainNode } from './environment.js'
import { compiledRoot, projectRoot } from './paths.js'
import type { TestRedis } from './redis.js'
import { waitFor } from './wait-for.js'

/** The folder of the tiny task modules that tests run. */
export const fixtureTasks = join(projectRoot, 'test/fixtures/tasks')

/** What a finished process said. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A real `rqd`, stopped with the test. */
export interface TestDaemon {
  readonly pid: number
  readonly socket: string
  /** All it has logged so far. */
  log(): string
  /** Resolves when the log holds the text. */
  logged(text: string): Promise<void>
  status(): Promise<Status>
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<Finished>
}

let sockets = 0

/** Start `rqd` on this Redis and wait until it is ready (`ready: false`: do not wait). `tasks`: another folder of tasks. */
export async function startDaemon(
  t: Test,
  redis: Pick<TestRedis, 'url' | 'folder'>,
  args: readonly string[],
  options: { ready?: boolean; env?: NodeJS.ProcessEnv; tasks?: string } = {},
): Promise<TestDaemon> {
  sockets += 1
  const socket = join(redis.folder, `rqd-${sockets}.sock`)
  const base = ['--url', redis.url, '--socket', socket, '--path', options.tasks ?? fixtureTasks]
  const child = command('rqd', [...base, ...args], options.env)
  const collected = collect(child)
  const ended = finished(child, collected)
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
    }
    await ended
  })
  const withLog = (thrown: unknown): never => {
    throw new Error(`${String(thrown)}; its log:\n${collected.stderr}`, { cause: thrown })
  }
  const daemon: TestDaemon = {
    pid: child.pid ?? 0,
    socket,
    log: () => collected.stderr,
    logged: async (text) => {
      await waitFor(`the daemon to log ${JSON.stringify(text)}`, () => collected.stderr.includes(text)).catch(withLog)
    },
    status: async () => JSON.parse((await rqctl(['status', '--json', '--socket', socket])).stdout) as Status,
    signal: (signal) => void child.kill(signal),
    ended,
  }
  if (options.ready !== false) {
    await waitFor('the daemon to be ready', () => {
      if (child.exitCode !== null) throw new Error(`rqd ended with ${child.exitCode}:\n${collected.stderr}`)
      return collected.stderr.includes('daemon ready')
    }).catch(withLog)
  }
  return daemon
}

/** Run `rqd` to its end (burst mode, or wrong usage). */
export function rqd(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  return runToEnd(command('rqd', args, env))
}

/** Run `rqctl` to its end. */
export function rqctl(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  return runToEnd(command('rqctl', args, env))
}

/** An `rqctl` that is at it. */
export interface RunningRqctl {
  /** What it has said on stderr so far. */
  said(): string
  readonly ended: Promise<Finished>
}

/** Start `rqctl`. */
export function startRqctl(args: readonly string[]): RunningRqctl {
  const child = command('rqctl', args)
  const collected = collect(child)
  return { said: () => collected.stderr, ended: finished(child, collected) }
}

/** Run any program to its end. */
export function runProgram(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  return runToEnd(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }))
}

function command(name: 'rqd' | 'rqctl', args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const file = join(compiledRoot, 'daemon/bin', `${name}.js`)
  return spawn(...plainNode([file, ...args]), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const collected = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (collected.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (collected.stderr += text))
  return collected
}

async function finished(child: ChildProcess, collected: { stdout: string; stderr: string }): Promise<Finished> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...collected }
}

function runToEnd(child: ChildProcess): Promise<Finished> {
  return finished(child, collect(child))
}
