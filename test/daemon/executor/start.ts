import { type ChildProcess, spawn } from 'node:child_process'
import { type Socket } from 'node:net'
import { join } from 'node:path'
import { type Test } from 'tap'
import { Channel } from '../../../daemon/ipc/channel.js'
import {
  type FromExecutor,
  type JobResult,
  PROTOCOL_VERSION,
  type RunJob,
  type SupervisorHello,
  type ToExecutor,
} from '../../../daemon/ipc/messages.js'
import { SupervisorWire } from '../../../daemon/ipc/wire.js'
import { plainNode } from '../../helpers/environment.js'
import { compiledRoot, projectRoot } from '../../helpers/paths.js'
import { waitFor } from '../../helpers/wait-for.js'

/** Where the fixture task modules lie. */
export const taskPath = join(projectRoot, 'test/fixtures/tasks')

/** A real executor process, driven by a test in the supervisor's place. */
export interface TestExecutor {
  readonly child: ChildProcess
  readonly pid: number
  readonly socket: Socket
  readonly channel: Channel<ToExecutor, FromExecutor>
  /** All messages heard so far. */
  readonly heard: FromExecutor[]
  /** What it wrote on stderr, then what jobs printed, on either stream. */
  stderr(): string
  /** Resolves with how the process ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Wait for the first message of a type. */
  hear<T extends FromExecutor['type']>(type: T): Promise<FromExecutor & { type: T }>
  run(...jobs: RunJob[]): void
  /** Wait until the function of an execution has been called. */
  began(execution: string): Promise<true>
  /** Wait for the result of an execution. */
  result(execution: string): Promise<JobResult>
}

/** A job with a JSON payload; its execution is `e-` and its id. */
export function job(id: string, func: string, args: unknown[] = [], kwargs: object = {}): RunJob {
  const data = Buffer.from(JSON.stringify([func, null, args, kwargs]))
  return { seq: 0, execution: `e-${id}`, id, queue: 'default', data, meta: null, timeoutSec: 180, callbacks: null }
}

export async function startExecutor(t: Test, hello: Partial<SupervisorHello> = {}): Promise<TestExecutor> {
  const executor = spawnExecutor(t)
  executor.channel.send({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    worker: 'w1',
    taskPaths: [taskPath],
    preload: [],
    statsIntervalMs: 0,
    concurrency: 1,
    ...hello,
  })
  if (hello.protocol === undefined && hello.preload === undefined) await executor.hear('ready')
  return executor
}

/** An executor that has heard nothing yet. It is killed, with its group, when the test ends. */
export function spawnExecutor(t: Test): TestExecutor {
  const main = join(compiledRoot, 'daemon/executor/main.js')
  const child = spawn(...plainNode([main, '-'.repeat(120)]), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const pid = child.pid!
  let stderr = ''
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  t.teardown(async () => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // ended before
    }
    await ended
  })
  const socket = child.stdio[3] as Socket
  const channel = new Channel<ToExecutor, FromExecutor>(socket, { wire: new SupervisorWire() })
  const heard: FromExecutor[] = []
  let seq = 0
  let printed = ''
  channel.onMessage((message) => {
    if (message.type === 'output') printed += Buffer.from(message.bytes).toString()
    else heard.push(message)
  })
  const results = () => heard.flatMap((message) => (message.type === 'progress' ? message.ended : []))
  return {
    child,
    pid,
    socket,
    channel,
    heard,
    ended,
    stderr: () => stderr + printed,
    hear: <T extends FromExecutor['type']>(type: T) =>
      waitFor(`message ${type}`, () => heard.find((message) => message.type === type)) as Promise<
        FromExecutor & { type: T }
      >,
    run: (...jobs) => void channel.send({ type: 'run', jobs: jobs.map((each) => ({ ...each, seq: (seq += 1) })) }),
    began: (execution) => waitFor(`${execution} to begin`, () => steps(heard).includes(`started ${execution}`)),
    result: (execution) =>
      waitFor(`the result of ${execution}`, () => results().find((r) => r.execution === execution)),
  }
}

/** What happened to jobs, in order: `started e-1`, `ended e-1`. */
export function steps(heard: readonly FromExecutor[]): string[] {
  return heard.flatMap((message) =>
    message.type === 'progress'
      ? [
          ...message.ended.map(({ execution }) => `ended ${execution}`),
          ...message.started.map(({ execution }) => `started ${execution}`),
        ]
      : [],
  )
}
