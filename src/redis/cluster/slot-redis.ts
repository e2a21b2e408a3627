import { setTimeout as delay } from 'node:timers/promises'
import type * as ioredis from 'ioredis'
import { deferred } from '../../deferred.js'
import { requirePackage } from '../../require.js'
import { slotConnector } from './connector.js'
import { type Redirection, readRedirection } from './redirection.js'
import { leaveSilence } from './silence.js'
import { clientOptions, type SlotOwner } from './slot-owner.js'

const { Redis } = requirePackage('ioredis') as typeof ioredis

type Command = Parameters<ioredis.Redis['sendCommand']>[0]
type Stream = Parameters<ioredis.Redis['sendCommand']>[1]

/** Between attempts of a command while its slot moves, and how many there are: together less than a command's limit. */
const RETRY_MS = 60
const MOST_ATTEMPTS = 70
/** So many attempts are made with a node that says the cluster is down, before others are asked who serves the slot. */
const DOWN_ATTEMPTS = 10
/** How long the answers to what was sent to the old node may take before it is left. */
const DRAIN_LIMIT_MS = 1_000
/** How long the new node may take to let us in. */
const MOVE_LIMIT_MS = 4_000

interface Tracked {
  attempts: number
  /** It is with the node that serves the slot, which has not answered. */
  isOut: boolean
  isOver: boolean
  readonly giveUp: (error: Error) => void
}

/** Options of a connection, without where it leads. */
export type SlotOptions = Omit<ioredis.RedisOptions, 'replyMapping'>

/**
 * A connection to whichever node of a cluster serves one slot. To its users it is one Redis: it follows the slot when
 * that moves. A command that a node refused for the slot's sake was not executed, so it is sent again. One whose answer
 * was lost with a connection may have been: whether that is sent again is up to the options, as with any Redis of ioredis.
 */
export class SlotRedis extends Redis {
  readonly #owner: SlotOwner
  readonly #tracked = new WeakMap<Command, Tracked>()
  #out = 0
  #drained = deferred()
  #moving: Promise<void> | undefined

  constructor(options: SlotOptions, owner: SlotOwner) {
    super({ ...options, Connector: slotConnector(owner) })
    this.#owner = owner
    // Who bounds commands by time looks after lost answers himself.
    if (options.commandTimeout === undefined) leaveSilence(this, () => this.#out > 0, owner)
  }

  override duplicate(override: SlotOptions = {}): ioredis.Redis {
    return new SlotRedis({ ...this.options, ...override }, this.#owner)
  }

  /**
   * Resolves once this leads to the node that serves the slot. For a connection whose commands name no key: no node
   * sends those on.
   */
  async arrive(): Promise<void> {
    await this.exists(this.#owner.key)
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    // The constructor of the class above may send, before there is anything of this one.
    if (!(#tracked in this)) return super.sendCommand(command, stream)
    const tracked = this.#tracked.get(command) ?? this.#track(command)
    // What lets us in at the new node goes through; all else, sent now, would only come back or be refused.
    if (this.#moving === undefined || this.status === 'connect') return this.#send(command, tracked, stream)
    void this.#moving.then(() => this.#sendAgain(command, tracked))
    return command.promise
  }

  #send(command: Command, tracked: Tracked, stream?: Stream): unknown {
    // It is out already if ioredis sends it again, after its connection was lost.
    if (!tracked.isOut) this.#out += 1
    tracked.isOut = true
    return super.sendCommand(command, stream)
  }

  #sendAgain(command: Command, tracked: Tracked): void {
    // Its time may be over.
    if (!tracked.isOver) this.#send(command, tracked)
  }

  #track(command: Command): Tracked {
    const resolve = command.resolve.bind(command)
    const reject = command.reject.bind(command)
    const tracked: Tracked = {
      attempts: 0,
      isOut: false,
      isOver: false,
      giveUp: (error) => {
        tracked.isOver = true
        reject(error)
      },
    }
    this.#tracked.set(command, tracked)
    command.resolve = (value) => {
      this.#back(tracked)
      tracked.isOver = true
      resolve(value)
    }
    command.reject = (error) => {
      this.#back(tracked)
      const redirection = tracked.isOver ? undefined : readRedirection(error)
      if (redirection === undefined || ++tracked.attempts > MOST_ATTEMPTS) tracked.giveUp(error)
      else void this.#redirect(command, redirection, tracked)
    }
    return tracked
  }

  async #redirect(command: Command, redirection: Redirection, tracked: Tracked): Promise<void> {
    if (redirection.kind === 'ask' && !isScript(command)) {
      await this.#askThere(command, redirection, tracked)
      return
    }
    if (redirection.kind === 'moved') await this.#follow(redirection)
    else await delay(RETRY_MS)
    if (redirection.kind === 'down' && tracked.attempts % DOWN_ATTEMPTS === 0) await this.#leave()
    if (this.#moving !== undefined) await this.#moving
    this.#sendAgain(command, tracked)
  }

  /** For this one command the node to which the slot moves is asked, which has the key already. */
  async #askThere(command: Command, { host, port }: { host: string; port: number }, tracked: Tracked): Promise<void> {
    const there = new Redis({
      ...clientOptions(this.#owner.address, { host: host === '' ? (this.#host ?? '') : host, port }),
      connectTimeout: MOVE_LIMIT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      enableReadyCheck: false,
    })
    there.on('error', () => undefined)
    try {
      // Both leave together, so that nobody's command comes between them.
      const asked = there.asking()
      if (!tracked.isOver) void there.sendCommand(command)
      await Promise.all([asked, command.promise])
    } catch {
      // The command tells by itself what has become of it.
    } finally {
      there.disconnect()
    }
  }

  /** Leave for the node that serves the slot now. */
  #follow({ host, port }: { host: string; port: number }): Promise<void> {
    return this.#move(() => {
      const here = this.#host
      if (host !== '' || here !== undefined) this.#owner.tell({ host: host === '' ? (here ?? '') : host, port })
    })
  }

  /** Leave for whichever node others name. */
  #leave(): Promise<void> {
    return this.#move(() => this.#owner.doubt())
  }

  /** Connect anew once what was sent to the old node is answered; `before` that the owner is told what is known. */
  #move(before: () => void): Promise<void> {
    this.#moving ??= (async () => {
      await Promise.race([this.#empty(), delay(DRAIN_LIMIT_MS)])
      before()
      const ready = deferred()
      this.once('ready', () => ready.resolve())
      this.disconnect(true)
      await Promise.race([ready.promise, delay(MOVE_LIMIT_MS)])
    })().finally(() => {
      this.#moving = undefined
    })
    return this.#moving
  }

  #empty(): Promise<void> {
    if (this.#out <= 0) return Promise.resolve()
    this.#drained = deferred()
    return this.#drained.promise
  }

  /** A command is answered, or its connection is gone. */
  #back(tracked: Tracked): void {
    if (!tracked.isOut) return
    tracked.isOut = false
    this.#out -= 1
    if (this.#out <= 0) this.#drained.resolve()
  }

  get #host(): string | undefined {
    return (this.stream as { remoteAddress?: string } | undefined)?.remoteAddress
  }
}

// While a slot moves no script runs on either side (guardKey), so the other node needs not be asked.
function isScript({ name }: Command): boolean {
  return /^(eval|evalsha|fcall)/i.test(name)
}
