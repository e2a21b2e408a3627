import { type Duplex } from 'node:stream'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Wire } from './wire.js'
import { DEFAULT_MAX_FRAME_BYTES, FrameDecoder, encodeFrame } from './frames.js'

/** How a channel reads what comes in. */
export interface ChannelOptions<Out, In> {
  wire: Wire<Out, In>
  maxFrameBytes?: number
}

/** Up to this size a batch is copied into one buffer: cheaper than a vectored write of many small ones. */
const COPY_BATCH_BYTES = 64 * 1024

const nothing = Buffer.alloc(0)

/**
 * Typed messages over a duplex byte stream, in order. Messages sent in the same turn of the event loop leave in one
 * write. Trouble of any kind (a broken stream, a bad frame or message, a listener that throws) closes the channel
 * and is told to `onClose`; nothing is thrown into the event loop.
 */
export class Channel<Out, In> {
  readonly #stream: Duplex
  readonly #wire: Wire<Out, In>
  readonly #maxFrameBytes: number
  readonly #decoder: FrameDecoder
  readonly #closeListeners: ((error: Error | undefined) => void)[] = []
  #onMessages: ((messages: In[]) => void) | undefined
  #batch: Buffer[] = []
  #batchBytes = 0
  #flushPlanned = false
  #closed = false
  #closeError: Error | undefined

  constructor(stream: Duplex, options: ChannelOptions<Out, In>) {
    this.#stream = stream
    this.#wire = options.wire
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#decoder = new FrameDecoder(this.#maxFrameBytes)
    stream.on('error', (error) => this.close(error))
    stream.on('end', () => this.#ended())
    stream.on('close', () => this.#ended())
  }

  /** True once the channel has closed, from either side. */
  get closed(): boolean {
    return this.#closed
  }

  /** Bytes sent that the operating system has not yet taken. */
  get bufferedBytes(): number {
    return this.#batchBytes + this.#stream.writableLength
  }

  /** Hear each message, in order. Reading starts with this call; there is one listener. */
  onMessage(listener: (message: In) => void): void {
    this.onMessages((messages) => {
      for (const message of messages) {
        if (this.#closed) return
        listener(message)
      }
    })
  }

  /** Hear messages as they come in, all that one read from the stream completes at a time. Instead of `onMessage`. */
  onMessages(listener: (messages: In[]) => void): void {
    if (this.#onMessages !== undefined) throw new RqdError('RQD_PROTOCOL', 'the channel has a message listener already')
    this.#onMessages = listener
    this.#stream.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  /** Hear once that the channel closed, with the error if it did not end in order. Late listeners hear it too. */
  onClose(listener: (error: Error | undefined) => void): void {
    if (this.#closed) queueMicrotask(() => listener(this.#closeError))
    else this.#closeListeners.push(listener)
  }

  /**
   * Send one message with the others of this turn. Returns false, and drops it, if the channel is closed.
   * @throws RqdError RQD_PROTOCOL when the message does not fit a frame; the channel stays usable.
   */
  send(message: Out): boolean {
    if (this.#closed) return false
    const frame = encodeFrame(this.#wire.write(message), this.#maxFrameBytes)
    this.#batch.push(frame)
    this.#batchBytes += frame.length
    if (!this.#flushPlanned) {
      this.#flushPlanned = true
      setImmediate(() => {
        this.#flushPlanned = false
        this.flush()
      })
    }
    return true
  }

  /** Read no further until `resume`: what comes waits with the sender. */
  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#closed) this.#stream.resume()
  }

  /** Write what was sent now, without waiting for the end of the turn. */
  flush(): void {
    if (this.#closed || this.#batch.length === 0) return
    const batch = this.#batch
    const batchBytes = this.#batchBytes
    this.#batch = []
    this.#batchBytes = 0
    const [first] = batch
    if (first !== undefined && batch.length === 1) {
      this.#stream.write(first)
    } else if (batchBytes <= COPY_BATCH_BYTES) {
      this.#stream.write(Buffer.concat(batch, batchBytes))
    } else {
      this.#stream.cork()
      for (const frame of batch) this.#stream.write(frame)
      this.#stream.uncork()
    }
  }

  /** Resolves when the operating system has taken all that was sent, or the channel has closed. */
  flushed(): Promise<void> {
    this.flush()
    if (this.#closed) return Promise.resolve()
    // The call comes also when the stream breaks: then with an error, which `onClose` tells.
    return new Promise((resolve) => void this.#stream.write(nothing, () => resolve()))
  }

  /** Close at once, dropping what is not yet written; `error` is what `onClose` hears. Safe to call again. */
  close(error?: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#closeError = error
    this.#batch = []
    this.#batchBytes = 0
    this.#stream.destroy()
    for (const listener of this.#closeListeners.splice(0)) listener(error)
  }

  #ended(): void {
    this.close(
      this.#decoder.midFrame
        ? new RqdError('RQD_PROTOCOL', 'the peer closed the channel in the middle of a frame')
        : undefined,
    )
  }

  #receive(chunk: Buffer): void {
    const messages: In[] = []
    let failure: Error | undefined
    try {
      for (const value of this.#decoder.push(chunk)) messages.push(this.#wire.read(value))
    } catch (thrown) {
      failure = coerceError(thrown)
    }
    try {
      // Those before a bad one are still good.
      if (messages.length > 0) this.#onMessages?.(messages)
    } catch (thrown) {
      failure = coerceError(thrown)
    }
    failure ??= this.#decoder.failure
    if (failure !== undefined) this.close(failure)
  }
}
