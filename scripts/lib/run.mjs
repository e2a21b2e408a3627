import { spawn } from 'node:child_process'
import { root } from './paths.mjs'

/** What a command ended with, and all that it printed. */
export class CommandError extends Error {
  constructor(command, how, output) {
    super(`${command} ${how}${output.trim() === '' ? '' : `:\n${output.trimEnd()}`}`)
    this.name = 'CommandError'
  }
}

/**
 * Run a command to its end and return what it printed on standard output. Nothing is shown unless it fails, when the
 * error holds all that it printed.
 * @throws CommandError if it cannot be started, ends with another code than 0 or is killed
 */
export function run(command, args, { cwd = root, env = process.env } = {}) {
  const shown = [command, ...args].join(' ')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let all = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      all += chunk
    })
    child.stderr.on('data', (chunk) => (all += chunk))
    child.once('error', (error) => reject(new CommandError(shown, `did not start (${error.message})`, '')))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(out)
      else reject(new CommandError(shown, signal === null ? `ended with code ${code}` : `was killed by ${signal}`, all))
    })
  })
}
