import { RqdError } from '../../src/errors.js'
import type { FromExecutor, ToExecutor } from './messages.js'
import { Opening } from './opening.js'
import { parseFromExecutor, parseToExecutor } from './parse.js'
import { writeResult, writeRunJob, writeStart } from './tuples.js'

/** How one side of a channel writes and reads messages. */
export interface Wire<Out, In> {
  /** The MessagePack value for a message. */
  write(message: Out): unknown
  /** @throws RqdError RQD_PROTOCOL */
  read(value: unknown): In
}

/** The supervisor's side: executors name jobs by number, and this knows whose they are. */
export class SupervisorWire implements Wire<ToExecutor, FromExecutor> {
  readonly #opening = new Opening()
  readonly #executions = new Map<number, string>()
  readonly #begun = new Set<number>()
  readonly #nameOf = (seq: number): string => {
    const execution = this.#executions.get(seq)
    if (execution !== undefined) return execution
    throw new RqdError('RQD_PROTOCOL', `bad progress: it names job ${seq}, which this executor does not have`)
  }

  write(message: ToExecutor): unknown {
    if (message.type !== 'run') return message
    for (const { seq, execution } of message.jobs) this.#executions.set(seq, execution)
    return { type: 'run', jobs: message.jobs.map(writeRunJob) }
  }

  read(value: unknown): FromExecutor {
    const message = parseFromExecutor(value, this.#nameOf)
    this.#opening.check(message.type)
    if (message.type !== 'progress') return message
    for (const { seq } of message.ended) {
      if (!this.#executions.delete(seq)) throw new RqdError('RQD_PROTOCOL', `bad progress: job ${seq} ended twice`)
      this.#begun.delete(seq)
    }
    for (const { seq } of message.started) {
      if (!this.#executions.has(seq)) throw new RqdError('RQD_PROTOCOL', `bad progress: job ${seq} began after its end`)
      if (this.#begun.has(seq)) throw new RqdError('RQD_PROTOCOL', `bad progress: job ${seq} began twice`)
      this.#begun.add(seq)
    }
    return message
  }

  /** The jobs behind `begunSeq`, up to `upToSeq`, are not the executor's any more. */
  revoked(upToSeq: number, begunSeq: number): void {
    for (let seq = begunSeq + 1; seq <= upToSeq; seq++) this.#executions.delete(seq)
  }
}

/** The executor's side. */
export class ExecutorWire implements Wire<FromExecutor, ToExecutor> {
  write(message: FromExecutor): unknown {
    if (message.type !== 'progress') return message
    return { type: 'progress', ended: message.ended.map(writeResult), started: message.started.map(writeStart) }
  }

  read(value: unknown): ToExecutor {
    return parseToExecutor(value)
  }
}
