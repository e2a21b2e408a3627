import { Worker } from 'node:worker_threads'

/**
 * End this process and its group when the supervisor is gone, even while a function blocks the event loop: a thread
 * of its own waits for the end of descriptor 4, whose other end only the supervisor holds.
 */
export function holdLifeline(fd: number): void {
  const thread = new Worker(new URL('lifeline-thread.js', import.meta.url), {
    workerData: fd,
    // The thread needs next to nothing.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
  // Somebody started the executor without a lifeline: the channel's end is then all there is.
  thread.on('error', () => undefined)
  thread.unref()
}
