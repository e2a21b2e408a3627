import { deferred, type Deferred } from '../../src/deferred.js'
import { OutputTail } from './output-tail.js'

/** Up to this size pieces of one stream are joined. */
const JOINED_BYTES = 4 * 1024

export type StreamName = 'stdout' | 'stderr'

/** A piece of what a job printed. */
export interface OutputPiece {
  readonly stream: StreamName
  readonly bytes: Buffer
}

/** What a job has printed from some position on. Positions count the bytes of both streams since its function began. */
export interface OutputPart {
  readonly pieces: readonly OutputPiece[]
  /** Where `pieces` begin: later than asked for, if what was there is kept no more. */
  readonly from: number
  /** Where the next part begins. */
  readonly next: number
  /** False once the job has ended: no more will come. */
  readonly isRunning: boolean
}

export interface OutputLimits {
  /** What is kept of one job: the newest. */
  readonly maxJobBytes: number
  /** What is kept of all. Jobs that have ended give way first, the oldest before the others. */
  readonly maxBytes: number
  /** Jobs that have ended and are remembered. */
  readonly maxEnded: number
}

export const defaultOutputLimits: OutputLimits = {
  maxJobBytes: 64 * 1024,
  maxBytes: 4 * 1024 * 1024,
  maxEnded: 1_000,
}

/** The output of one run of a job. */
interface Kept {
  readonly execution: string
  pieces: OutputPiece[]
  /** Bytes in `pieces`. */
  bytes: number
  /** Position behind the last byte. */
  end: number
  isRunning: boolean
  /** Resolves at the next change; made when somebody waits. */
  changed: Deferred<void> | undefined
}

/**
 * What jobs print while they run and for a while after, within fixed bounds. A job that prints nothing costs nothing.
 * Looked up by the job's id: another run of it begins anew.
 */
export class JobOutputs {
  readonly #limits: OutputLimits
  /** By job id; those that printed first, first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0
  #ended = 0

  constructor(limits: OutputLimits = defaultOutputLimits) {
    this.#limits = limits
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes
  }

  /** A running job has printed something. */
  add(jobId: string, execution: string, chunk: Uint8Array, stream: StreamName): void {
    if (chunk.length === 0) return
    const kept = this.#of(jobId, execution)
    // A copy: the chunk may be a small part of a large buffer.
    const bytes = Buffer.from(chunk.subarray(Math.max(0, chunk.length - this.#limits.maxJobBytes)))
    if (bytes.length < chunk.length) this.#cut(kept, kept.bytes)
    append(kept.pieces, { stream, bytes })
    kept.end += chunk.length
    kept.bytes += bytes.length
    this.#bytes += bytes.length
    this.#cut(kept, kept.bytes - this.#limits.maxJobBytes)
    this.#makeRoom()
    this.#tell(kept)
  }

  /** Somebody wants to hear of a running job, which may not have printed anything. */
  watch(jobId: string, execution: string): void {
    this.#of(jobId, execution)
  }

  /** The last lines of a run, for the record of its failure; none if it has printed nothing. */
  lastLines(jobId: string, execution: string): string[] {
    const kept = this.#kept.get(jobId)
    if (kept?.execution !== execution || kept.bytes === 0) return []
    const tail = new OutputTail()
    for (const { bytes } of kept.pieces) tail.add(bytes)
    return tail.lines()
  }

  /** A run of a job has ended. */
  ended(jobId: string, execution: string): void {
    const kept = this.#kept.get(jobId)
    if (kept?.execution !== execution || !kept.isRunning) return
    kept.isRunning = false
    this.#ended += 1
    // Now as the newest of those that have ended.
    this.#kept.delete(jobId)
    this.#kept.set(jobId, kept)
    this.#makeRoom()
    this.#tell(kept)
  }

  /** What is kept of a job from a position on; undefined if it has printed nothing, or nothing of it is kept. */
  read(jobId: string, from: number): OutputPart | undefined {
    const kept = this.#kept.get(jobId)
    if (kept === undefined) return undefined
    const first = kept.end - kept.bytes
    let skip = Math.max(0, Math.min(from, kept.end) - first)
    const pieces: OutputPiece[] = []
    for (const { stream, bytes } of kept.pieces) {
      const rest = bytes.subarray(Math.min(skip, bytes.length))
      skip -= bytes.length - rest.length
      if (rest.length > 0) pieces.push({ stream, bytes: rest })
    }
    return { pieces, from: Math.max(first, Math.min(from, kept.end)), next: kept.end, isRunning: kept.isRunning }
  }

  /** Resolves when the job has printed more, has ended, or is forgotten; undefined if nothing of it is kept. */
  change(jobId: string): Promise<void> | undefined {
    const kept = this.#kept.get(jobId)
    if (kept === undefined) return undefined
    kept.changed ??= deferred()
    return kept.changed.promise
  }

  #of(jobId: string, execution: string): Kept {
    const known = this.#kept.get(jobId)
    if (known?.execution === execution) return known
    if (known !== undefined) this.#forget(jobId, known)
    const kept = { execution, pieces: [], bytes: 0, end: 0, isRunning: true, changed: undefined }
    this.#kept.set(jobId, kept)
    return kept
  }

  /** Drop the oldest bytes of a job. */
  #cut(kept: Kept, count: number): void {
    let left = count
    while (left > 0) {
      const [oldest] = kept.pieces
      if (oldest === undefined) return
      const cut = Math.min(left, oldest.bytes.length)
      if (cut === oldest.bytes.length) kept.pieces.shift()
      else kept.pieces[0] = { stream: oldest.stream, bytes: oldest.bytes.subarray(cut) }
      kept.bytes -= cut
      this.#bytes -= cut
      left -= cut
    }
  }

  #makeRoom(): void {
    for (const [jobId, kept] of this.#kept) {
      if (this.#bytes <= this.#limits.maxBytes && this.#ended <= this.#limits.maxEnded) return
      if (!kept.isRunning) this.#forget(jobId, kept)
    }
    // Only those that run are left.
    for (const kept of this.#kept.values()) this.#cut(kept, this.#bytes - this.#limits.maxBytes)
  }

  #forget(jobId: string, kept: Kept): void {
    this.#cut(kept, kept.bytes)
    this.#kept.delete(jobId)
    if (!kept.isRunning) this.#ended -= 1
    this.#tell(kept)
  }

  #tell(kept: Kept): void {
    const { changed } = kept
    kept.changed = undefined
    changed?.resolve()
  }
}

/** Small pieces of one stream are joined: a job may print character by character. */
function append(pieces: OutputPiece[], piece: OutputPiece): void {
  const last = pieces.at(-1)
  if (last?.stream === piece.stream && last.bytes.length + piece.bytes.length <= JOINED_BYTES) {
    pieces[pieces.length - 1] = { stream: piece.stream, bytes: Buffer.concat([last.bytes, piece.bytes]) }
  } else {
    pieces.push(piece)
  }
}
