/**
 * Decides, once for each job, whether this process begins it or has given it back: also while a function blocks the
 * event loop, because giving back happens on another thread (lifeline-thread.ts).
 *
 * Jobs are numbered from 1 and begun in that order. Two numbers are shared by the threads: the last job begun, and the
 * last one revoked. The main thread writes the first and then reads the second; the other thread writes the second and
 * then reads the first. Atomics are sequentially consistent, so at least one of the two sees what the other did, and
 * no job is both begun here and taken for given back.
 */
const BEGUN = 0
const REVOKED = 1

/** Memory that the threads of an executor share. */
export type GateMemory = Int32Array<SharedArrayBuffer>

export function newGateMemory(): GateMemory {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
}

/**
 * What the main thread may do with a job. `begin`: it is ours. `revoked`: it was given back. `unsure`: it is not begun,
 * but the other side may have been told that it is, so it has to be returned in so many words.
 */
export type GateReply = 'begin' | 'revoked' | 'unsure'

/** The main thread is about to begin the job of this number. */
export function passGate(memory: GateMemory, seq: number): GateReply {
  if (Atomics.load(memory, REVOKED) >= seq) return 'revoked'
  Atomics.store(memory, BEGUN, seq)
  return Atomics.load(memory, REVOKED) >= seq ? 'unsure' : 'begin'
}

/** Give back all jobs up to this number that are not begun. @returns the last one that is begun */
export function revoke(memory: GateMemory, upToSeq: number): number {
  Atomics.store(memory, REVOKED, upToSeq)
  return Atomics.load(memory, BEGUN)
}
