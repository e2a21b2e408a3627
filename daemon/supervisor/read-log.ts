import { setTimeout as delay } from 'node:timers/promises'
import type { LogPart } from '../control/operations.js'
import type { RunningJob } from './job-board.js'
import type { JobOutputs, OutputPart, StreamName } from './job-outputs.js'

/**
 * What a job has printed from a position on. If there is nothing new and it is still running, wait for more.
 * @param running the jobs that run here
 */
export async function readLog(
  outputs: JobOutputs,
  running: ReadonlyMap<string, RunningJob>,
  { jobId, from, waitMs }: { jobId: string; from: number; waitMs: number },
): Promise<LogPart> {
  // It may run and have printed nothing yet, after an earlier run that has.
  for (const { job } of running.values()) if (job.id === jobId) outputs.watch(jobId, job.execution)
  const part = outputs.read(jobId, from)
  if (part === undefined) return { state: 'unknown', from, next: from, pieces: [] }
  if (part.next > from || !part.isRunning || waitMs === 0) return show(part, from)
  const bound = new AbortController()
  const late = delay(waitMs, undefined, { ref: false, signal: bound.signal }).catch(() => undefined)
  await Promise.race([outputs.change(jobId), late])
  bound.abort()
  const changed = outputs.read(jobId, from)
  return changed === undefined ? { state: 'unknown', from, next: from, pieces: [] } : show(changed, from)
}

function show(part: OutputPart, asked: number): LogPart {
  const joined: { stream: StreamName; bytes: Buffer }[] = []
  for (const { stream, bytes } of part.pieces) {
    const last = joined.at(-1)
    if (last?.stream === stream) last.bytes = Buffer.concat([last.bytes, bytes])
    else joined.push({ stream, bytes })
  }
  // A character may have lost its beginning, and the last one may not be here wholly yet.
  const [first] = joined
  if (first !== undefined && part.from > asked) first.bytes = first.bytes.subarray(strayBytes(first.bytes))
  const last = joined.at(-1)
  const open = last === undefined || !part.isRunning ? 0 : openBytes(last.bytes)
  if (last !== undefined) last.bytes = last.bytes.subarray(0, last.bytes.length - open)
  const pieces = joined
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ stream, bytes }) => ({ stream, text: bytes.toString('utf8') }))
  return { state: part.isRunning ? 'running' : 'ended', from: part.from, next: part.next - open, pieces }
}

/** Bytes at the beginning that continue a character of UTF-8 whose first byte is not here. */
function strayBytes(bytes: Buffer): number {
  let count = 0
  while (count < Math.min(3, bytes.length) && isContinuation(bytes[count])) count++
  return count
}

/** Bytes at the end that begin a character of UTF-8 whose last byte is not here. */
function openBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    const length = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back && byte < 0xf8 ? back : 0
  }
  return 0
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80
}
