import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ControlClient } from '../../daemon/control/client.js'
import type { Status } from '../../daemon/control/operations.js'
import { findRoot } from '../fleet.js'
import { HUB_ADDRESS, type Network } from './network.js'
import type { CutOptions } from './options.js'

const build = dirname(dirname(import.meta.dirname))
const STOP_LIMIT_MS = 20_000

/** A daemon on a host of its own. Its control socket is a file, which no cable leads to. */
export class HostDaemon {
  readonly host: number
  readonly #child: ChildProcess
  readonly #socket: string
  readonly #log: string

  private constructor(host: number, child: ChildProcess, socket: string, log: string) {
    this.host = host
    this.#child = child
    this.#socket = socket
    this.#log = log
  }

  static start(
    network: Network,
    host: number,
    options: Pick<CutOptions, 'leaseSec' | 'executors'> & { readonly tenants?: readonly string[] },
    folder: string,
    env: NodeJS.ProcessEnv,
  ): HostDaemon {
    const socket = join(folder, `${host}.sock`)
    const log = join(folder, `${host}.log`)
    const work = ['--lease-sec', String(options.leaseSec), '-N', String(options.executors), '--name', `host-${host}`]
    const where = ['--url', `redis://${HUB_ADDRESS}:6379`, '--socket', socket]
    if (options.tenants !== undefined) where.push('--tenants', options.tenants.join())
    const tasks = ['--path', join(findRoot(build), 'chaos/tasks')]
    const [program = '', ...prefix] = network.on(host)
    const rqd = [process.execPath, join(build, 'daemon/bin/rqd.js'), ...where, ...tasks, ...work, 'long', 'short']
    const output = openSync(log, 'a')
    const child = spawn(program, [...prefix, ...rqd], { stdio: ['ignore', output, output], env, detached: true })
    closeSync(output)
    return new HostDaemon(host, child, socket, log)
  }

  /** Of the supervisor: `ip netns exec` becomes what it runs. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** What it says of itself; undefined if it does not answer. */
  async status(): Promise<Status | undefined> {
    try {
      const client = await ControlClient.connect(this.#socket, { timeoutMs: 5_000 })
      try {
        return await client.call('status', {})
      } finally {
        client.close()
      }
    } catch {
      return undefined
    }
  }

  lastWords(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const limit = new AbortController()
    const late = delay(STOP_LIMIT_MS, 'late', { signal: limit.signal }).catch(() => undefined)
    if ((await Promise.race([ended, late])) === 'late') this.kill()
    limit.abort()
    await ended
  }

  /** At once; its executors end with it. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
  }
}
