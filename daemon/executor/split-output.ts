import { currentTask } from '../../src/run/current-task.js'

type Send = (execution: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void

/**
 * Send what jobs print by `send`, with the job's name on it: the streams of the process do not tell whose a line is,
 * nor does their time, where short jobs follow one another. What is printed outside any job, by native code or by child processes goes its usual way.
 */
export function splitOutput(send: Send): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name]
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      const task = currentTask()
      if (task === undefined) return write(chunk, ...rest)
      const [encoding] = rest
      const bytes =
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
          : chunk
      send(task.job.execution, name, bytes)
      const callback = rest.find((argument) => typeof argument === 'function')
      if (callback !== undefined) queueMicrotask(callback as () => void)
      return true
    }
  }
}
