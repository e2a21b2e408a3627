import { Writable } from 'node:stream'
import type { RqctlIo } from '../../../daemon/cli/context.js'
import { main } from '../../../daemon/cli/rqctl.js'

export interface Run {
  code: number
  stdout: string
  stderr: string
}

/** Screen of this many columns; undefined: a pipe. */
export interface Screen {
  columns?: number
  env?: Record<string, string>
  signal?: AbortSignal
  /** Told, before it runs, how to see what it has written so far. */
  onStart?: (text: () => string) => void
}

/** Run rqctl in this process. */
export async function runRqctl(
  argv: readonly string[],
  { columns, env = {}, signal, onStart }: Screen = {},
): Promise<Run> {
  const [stdout, stderr] = [capture(columns), capture(columns)]
  const io: RqctlIo = { stdout: stdout.stream, stderr: stderr.stream, env, ...(signal === undefined ? {} : { signal }) }
  onStart?.(stdout.text)
  const code = await main(argv, io)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** A stream that keeps what is written to it. */
export function capture(columns?: number) {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      text += chunk
      done()
    },
  })
  return { stream: Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), text: () => text }
}
