import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A Python with its standard library, or undefined where there is none. */
export const plainPython = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path))

/** Run a Python program on `input` and return its output, parsed as JSON. @throws Error with what it printed */
export function runPlainPython(program: string, input: string): unknown {
  if (plainPython === undefined) throw new Error('there is no Python here')
  const { status, stdout, stderr } = spawnSync(plainPython, ['-c', program], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`Python failed: ${stderr}`)
  return JSON.parse(stdout)
}
