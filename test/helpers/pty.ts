import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Test } from 'tap'
import { plainNode } from './environment.js'
import { compiledRoot, projectRoot } from './paths.js'
import { pythonPath } from './python.js'
import { waitFor } from './wait-for.js'

/** Why there is no terminal to test on; false where there is. In CI there always must be. */
export const withoutPty: string | false =
  process.env['CI'] === 'true' || existsSync(pythonPath) ? false : 'there is no Python, which makes the terminal'

/** How a program on a terminal ended, and how it left it: `echo` and `lines` are true for a shell's terminal. */
export interface Left {
  readonly code: number | null
  readonly signal: number | null
  readonly echo: boolean
  readonly lines: boolean
}

/** A program of ours on a terminal of its own. */
export interface OnTerminal {
  /** All that it has written. */
  written(): string
  /** What the screen shows, where the program draws whole screens. */
  screen(): string
  /** Resolves when the screen shows the text. */
  shows(text: string | RegExp): Promise<void>
  type(keys: string): void
  resize(rows: number, columns: number): void
  terminate(): void
  readonly ended: Promise<Left>
}

/** Run `rqctl` on a terminal of this size. */
export function onTerminal(
  t: Test,
  args: readonly string[],
  { rows = 24, columns = 80, env = {} }: { rows?: number; columns?: number; env?: NodeJS.ProcessEnv } = {},
): OnTerminal {
  const [program, given] = plainNode([join(compiledRoot, 'daemon/bin/rqctl.js'), ...args])
  const script = join(projectRoot, 'test/helpers/terminal.py')
  const child = spawn(pythonPath, [script, String(rows), String(columns), program, ...given], {
    env: { ...process.env, TERM: 'xterm', ...env },
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = once(child, 'close')
  t.teardown(async () => {
    if (child.exitCode === null) child.stdin.write('\0TERM')
    await closed
  })
  const screen = (): string => stripVTControlCharacters(output.slice(output.lastIndexOf('\x1b[H')))
  return {
    written: () => output,
    screen,
    shows: async (text) => {
      const shows = (): boolean => (typeof text === 'string' ? screen().includes(text) : text.test(screen()))
      await waitFor(`the screen to show ${String(text)}`, shows).catch((thrown: unknown) => {
        throw new Error(`${String(thrown)}; it shows:\n${screen()}\n${errors}`)
      })
    },
    type: (keys) => void child.stdin.write(keys),
    resize: (toRows, toColumns) => void child.stdin.write(`\0${toRows}x${toColumns}`),
    terminate: () => void child.stdin.write('\0TERM'),
    ended: closed.then(() => JSON.parse(errors) as Left),
  }
}
