/**
 * Entry of an executor process: `node main.js`, with one end of the supervisor's socket pair as descriptor 3, the
 * lifeline (lifeline.ts) as descriptor 4 if RQD_LIFELINE is 1, and nothing to read on stdin. Arguments are ignored: the supervisor may pass one long one to make room for the title.
 */
import { Socket } from 'node:net'
import { systemClock } from '../../src/clock.js'
import { publishCurrentTask } from '../../src/run/current-task.js'
import { describeThrown } from '../../src/run/traceback.js'
import { Channel } from '../ipc/channel.js'
import { type FromExecutor, type ToExecutor } from '../ipc/messages.js'
import { ExecutorWire } from '../ipc/wire.js'
import { printable } from '../printable.js'
import { ignoreTerminalSignals } from '../signals.js'
import { Executor, type ExecutorProcess } from './executor.js'
import { newGateMemory } from './gate.js'
import { holdLifeline } from './lifeline.js'
import { killOwnGroup } from './own-group.js'
import { splitOutput } from './split-output.js'

const CHANNEL_FD = 3
const LIFELINE_FD = 4

ignoreTerminalSignals()
const channel = new Channel<FromExecutor, ToExecutor>(openChannel(), { wire: new ExecutorWire() })
const gate = newGateMemory()
const executor = new Executor(channel, systemClock, thisProcess(), gate)

// Without a supervisor nobody may run.
channel.onClose((error) => {
  if (error !== undefined) warn(`the channel to the supervisor broke: ${describeThrown(error).message}`)
  killOwnGroup()
})
process.on('uncaughtException', (error: unknown) => executor.uncaught(error))
process.on('unhandledRejection', (reason: unknown) => executor.uncaught(reason))
// A function that calls process.exit() ends the process: what it finished before is still told.
process.on('exit', () => channel.flush())
publishCurrentTask()
process.title = 'rqd: executor starting'
let held = process.env['RQD_LIFELINE'] !== '1'
channel.onMessage(hear)

function hear(message: ToExecutor): void {
  // Code of the operator's may block from here on. Without any, `ready` goes out first: what is there to be heard
  // before is heard from the channel's end too, and a job cannot come in the same turn.
  const hold = (): void => {
    if (!held) holdLifeline(LIFELINE_FD, gate)
    held = true
  }
  if (message.type === 'hello' && message.preload.length === 0 && message.custom === undefined) setImmediate(hold)
  else hold()
  executor.handle(message)
}

function openChannel(): Socket {
  try {
    return new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
  } catch (thrown) {
    warn(
      `descriptor ${CHANNEL_FD} is no socket (${describeThrown(thrown).message}): rqd starts this program, not a user`,
    )
    process.exit(2)
  }
}

function thisProcess(): ExecutorProcess {
  return {
    pid: process.pid,
    version: process.version,
    setTitle: (title) => {
      process.title = printable(title)
    },
    splitOutput,
    warn,
    exit: (code) => process.exit(code),
  }
}

function warn(sentence: string): void {
  process.stderr.write(`rqd executor ${process.pid}: ${sentence}\n`)
}
