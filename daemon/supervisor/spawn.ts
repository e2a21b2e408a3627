import { type ChildProcessByStdio, execFile, spawn, spawnSync } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { RqdError, coerceError } from '../../src/errors.js'
import { Channel } from '../ipc/channel.js'
import type { FromExecutor, ToExecutor } from '../ipc/messages.js'
import { RevokeDecoder, encodeRevoke } from '../ipc/revoke.js'
import { SupervisorWire } from '../ipc/wire.js'

/** How an executor ended. Of `code` and `signal` one is null. */
export interface Exit {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A forked executor as the supervisor holds it: leader of its own process group. */
export interface ExecutorProcess {
  readonly pid: number
  readonly channel: Channel<ToExecutor, FromExecutor>
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves once, when the process has ended and the rest of its group has been killed. */
  readonly ended: Promise<Exit>
  /** Signal the whole process group. Safe when nothing of it is left. */
  signal(signal: NodeJS.Signals): void
  /** Ask for the jobs up to this number that are not begun. Answered also while a function blocks the process. */
  revoke(upToSeq: number): void
  /** Hear the answers: of the jobs up to `upToSeq`, those behind `begunSeq` will never be begun. */
  onRevoked(listener: (upToSeq: number, begunSeq: number) => void): void
}

/** Starts an executor. @throws RqdError RQD_EXECUTOR if the system refuses. */
export type SpawnExecutor = () => ExecutorProcess

/** A process's title is cut to the length of its command line: this leaves room for one that tells what it does. */
const TITLE_SPACE = ' '.repeat(120)

/** Name in the environment of executors, and of whatever their jobs start. */
export const DAEMON_MARK = 'RQD_DAEMON'

/** How long a dead executor's channel is read on. It ends by itself unless somebody else holds the other end. */
const LAST_WORDS_MS = 500

const executorMain = fileURLToPath(new URL('../executor/main.js', import.meta.url))

// They speak to the supervisor's own service manager: an executor must not answer for it.
const notInherited = ['NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']

/** What an executor is started with. */
export interface ExecutorSetting {
  readonly environment: NodeJS.ProcessEnv
  /** Marks every process of this daemon's executors, so that a successor can find orphans. */
  readonly daemonId: string
  /** Limit of V8's heap, MiB; null leaves Node's own. */
  readonly heapMb: number | null
  /** Its program: ours, unless another one that speaks the protocol is named. */
  readonly main?: string
}

/**
 * Start the Node executor, with descriptor 3 as its channel and 4 as its lifeline. It dies with this process: the
 * kernel sees to it where `setpriv` is there to ask, the lifeline's thread everywhere, for its whole process group.
 */
export function spawnNodeExecutor({
  environment,
  daemonId,
  heapMb,
  main = executorMain,
}: ExecutorSetting): ExecutorProcess {
  const inherited = Object.entries(environment).filter(([name]) => !notInherited.includes(name))
  const env = { ...Object.fromEntries(inherited), [DAEMON_MARK]: daemonId, RQD_LIFELINE: '1' }
  const heap = heapMb === null ? [] : [`--max-old-space-size=${heapMb}`]
  const args = [...heap, main, TITLE_SPACE]
  const [program, allArgs] = setprivWorks()
    ? ['setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, ...args]]
    : [process.execPath, args]
  const child = spawn(program, allArgs, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    env,
  }) as ChildProcessByStdio<null, Readable, Readable>
  const { pid, stdout, stderr } = child
  child.on('error', () => undefined)
  if (pid === undefined) {
    throw new RqdError('RQD_EXECUTOR', `cannot start an executor: ${process.execPath} ${main} was not run`)
  }
  const signal = (name: NodeJS.Signals): void => signalGroup(pid, name)
  // `pipe` gives the child one end of a socket pair, so that the descriptor works both ways.
  const stream = child.stdio[3] as Duplex
  const wire = new SupervisorWire()
  const channel = new Channel<ToExecutor, FromExecutor>(stream, { wire })
  const lifeline = child.stdio[4] as Duplex
  lifeline.on('error', () => undefined)
  const answers = new RevokeDecoder(2)
  const asked: number[] = []
  const breach = (what: string): void => channel.close(new RqdError('RQD_PROTOCOL', `bad lifeline: ${what}`))
  // At an orderly end all of its descriptors close at once, and what lies in the channel is still to be read.
  lifeline.on('close', () => setTimeout(() => breach('it was closed'), LAST_WORDS_MS).unref())
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signalName) => {
      // What the job left behind must not outlive its executor.
      signal('SIGKILL')
      // A last result may still lie in the channel: the end counts once that is read.
      const told = (): void => resolve({ pid, code, signal: signalName })
      setTimeout(told, LAST_WORDS_MS).unref()
      channel.onClose(told)
    })
  })
  return {
    pid,
    channel,
    stdout,
    stderr,
    ended,
    signal,
    revoke: (upToSeq) => {
      asked.push(upToSeq)
      lifeline.write(encodeRevoke(upToSeq))
    },
    onRevoked: (listener) => {
      lifeline.on('data', (chunk: Buffer) => {
        for (const [upToSeq = 0, begunSeq = 0] of answers.push(chunk)) {
          const isGreeting = upToSeq === 0 && begunSeq === 0
          if (!isGreeting && asked.shift() !== upToSeq) {
            breach(`it answers for ${upToSeq}, which was not asked`)
            return
          }
          wire.revoked(upToSeq, begunSeq)
          listener(upToSeq, begunSeq)
        }
      })
    },
  }
}

function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal)
  } catch (thrown) {
    const error = coerceError(thrown) as NodeJS.ErrnoException
    if (error.code !== 'ESRCH') throw error
  }
}

let setpriv: boolean | undefined
const probe = ['--pdeathsig', 'KILL', '--', 'true']

/**
 * Find out whether util-linux's setpriv can ask the kernel to kill a child with its parent. Without this call, the
 * first executor's start finds out and holds up the process meanwhile.
 */
export async function probeSetpriv(): Promise<void> {
  setpriv ??= await new Promise<boolean>((resolve) => {
    execFile('setpriv', probe, (error) => resolve(error === null))
  })
}

function setprivWorks(): boolean {
  setpriv ??= spawnSync('setpriv', probe, { stdio: 'ignore' }).status === 0
  return setpriv
}
