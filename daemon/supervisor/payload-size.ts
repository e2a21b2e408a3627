import type { HeldJob } from '../../src/worker/held-job.js'
import { DEFAULT_MAX_FRAME_BYTES } from '../ipc/frames.js'

/** Largest payload that fits a frame, with what else is in it. */
export const MAX_PAYLOAD_BYTES = DEFAULT_MAX_FRAME_BYTES - 1024 * 1024

/** What of a job is handed to an executor. */
export function payloadBytes({ hash }: HeldJob): number {
  return (hash.data?.length ?? 0) + (hash.meta?.length ?? 0)
}

/** Why a job is refused that has more. */
export function tooLargeText({ id }: HeldJob, bytes: number): string {
  return `job ${JSON.stringify(id)} has ${bytes} bytes of data and meta: at most ${MAX_PAYLOAD_BYTES} can be handed to an executor`
}
