import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { plainNode } from './environment.js'
import { compiledRoot } from './paths.js'
import type { TestRedis } from './redis.js'
import { waitFor } from './wait-for.js'

export const dashboardToken = 'a-token-for-tests-of-the-dashboard'

/** A real `rqctl dashboard`, stopped with the test. */
export interface TestDashboard {
  /** Such as `http://127.0.0.1:3000`. */
  readonly origin: string
  readonly token: string
  stdout(): string
  stderr(): string
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<number | null>
}

/** Start it on this Redis and a port that is free, and wait until it answers. */
export async function startDashboard(
  t: Test,
  redis: TestRedis,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = { RQD_HTTP_TOKEN: dashboardToken },
): Promise<TestDashboard> {
  const file = join(compiledRoot, 'daemon/bin/rqctl.js')
  const all = ['--url', redis.url, 'dashboard', '--http', '127.0.0.1:0', ...args]
  const child: ChildProcess = spawn(...plainNode([file, ...all]), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  // A browser that starts beside it takes the machine for a while.
  const boundMs = 60_000
  const place = (): RegExpExecArray | null => {
    if (child.exitCode !== null) throw new Error(`rqctl dashboard ended with ${child.exitCode}:\n${said.stderr}`)
    return (
      /http:\/\/(\S+)\/\?token=(\S+)\n/.exec(said.stdout) ??
      /"address":\s*"([^"]+)",\s*"token":\s*"([^"]+)"/.exec(said.stdout)
    )
  }
  const [, address = '', token = ''] = await waitFor('the dashboard to say where it is', place, boundMs)
  return {
    origin: `http://${address}`,
    token,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    signal: (signal) => void child.kill(signal),
    ended,
  }
}
