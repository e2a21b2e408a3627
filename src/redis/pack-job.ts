/** What decides where a job goes that does not simply wait on its queue. */
export interface Placement {
  /** Epoch seconds, or '+N' seconds from now by the clock of Redis; empty for a job without a time. */
  readonly due: string
  /** Written where the job is queued after all: RQ's ISO text. */
  readonly enqueuedAt: string
  /** A failed parent is as good as a finished one. */
  readonly allowFailure: boolean
  /** Empty for none. */
  readonly group: string
  readonly parents: readonly string[]
}

/** A job that is to be enqueued, as the script takes it. */
export interface NewJob {
  readonly jobId: string
  readonly queue: string
  readonly fields: ReadonlyMap<string, string | Uint8Array>
  /** How long it may wait, seconds; 0 for ever. */
  readonly ttlSec: number
  readonly atFront: boolean
  /** Refuse an id that exists. */
  readonly unique: boolean
  readonly placement?: Placement | undefined
}

/** msgpack array of 32-bit length, the longest head there is. */
const ARRAY_HEAD_BYTES = 5
const SHORT_TEXT = 32

/**
 * A job as msgpack, in the order that the header of enqueue.lua gives. Bytes are written as text, since the decoder
 * of Redis knows no other kind; that is why no library does it.
 */
export function packJob(job: NewJob): Buffer {
  const { jobId, queue, fields, placement } = job
  const ttlSec = String(job.ttlSec)
  const more = placement === undefined ? undefined : textsOf(placement)
  let size = ARRAY_HEAD_BYTES + 3 + boundOf(jobId) + boundOf(queue) + boundOf(ttlSec)
  if (more !== undefined) for (const text of more) size += ARRAY_HEAD_BYTES + boundOf(text)
  for (const [name, value] of fields) size += boundOf(name) + boundOf(value)
  const out = Buffer.allocUnsafe(size)
  let at = writeArrayHead(out, 0, 6 + 2 * fields.size)
  at = writeText(out, at, jobId)
  at = writeText(out, at, queue)
  at = writeText(out, at, ttlSec)
  out[at++] = job.atFront ? 1 : 0
  out[at++] = job.unique ? 1 : 0
  if (more === undefined) {
    out[at++] = 0
  } else {
    at = writeArrayHead(out, at, more.length)
    for (const text of more) at = writeText(out, at, text)
  }
  for (const [name, value] of fields) {
    at = writeText(out, at, name)
    at = typeof value === 'string' ? writeText(out, at, value) : writeBytes(out, at, value)
  }
  return out.subarray(0, at)
}

function textsOf({ due, enqueuedAt, allowFailure, group, parents }: Placement): string[] {
  return [due, enqueuedAt, allowFailure ? '1' : '', group, ...parents]
}

/** Packed jobs as one msgpack array. */
export function packJobs(packed: readonly Uint8Array[]): Buffer {
  const head = Buffer.allocUnsafe(ARRAY_HEAD_BYTES)
  return Buffer.concat([head.subarray(0, writeArrayHead(head, 0, packed.length)), ...packed])
}

function boundOf(value: string | Uint8Array): number {
  if (typeof value !== 'string') return 5 + value.length
  return 5 + (value.length < SHORT_TEXT ? 3 * value.length : Buffer.byteLength(value))
}

function writeArrayHead(out: Buffer, at: number, length: number): number {
  if (length < 0x1_0000) {
    out[at] = 0xdc
    return out.writeUInt16BE(length, at + 1)
  }
  out[at] = 0xdd
  return out.writeUInt32BE(length, at + 1)
}

function writeTextHead(out: Buffer, at: number, length: number): number {
  if (length < SHORT_TEXT) {
    out[at] = 0xa0 | length
    return at + 1
  }
  if (length < 0x100) {
    out[at] = 0xd9
    out[at + 1] = length
    return at + 2
  }
  if (length < 0x1_0000) {
    out[at] = 0xda
    return out.writeUInt16BE(length, at + 1)
  }
  out[at] = 0xdb
  return out.writeUInt32BE(length, at + 1)
}

function writeBytes(out: Buffer, at: number, bytes: Uint8Array): number {
  const start = writeTextHead(out, at, bytes.length)
  out.set(bytes, start)
  return start + bytes.length
}

function writeText(out: Buffer, at: number, text: string): number {
  // Nearly all texts are short and ASCII: a loop beats a call into native code.
  if (text.length < SHORT_TEXT) {
    let i = 0
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) break
      out[at + 1 + i] = code
    }
    if (i === text.length) return writeTextHead(out, at, i) + i
  }
  const start = writeTextHead(out, at, Buffer.byteLength(text))
  return start + out.write(text, start)
}
