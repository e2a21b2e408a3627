import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const START_BOUND_MS = 60_000

/** A daemon that is fuzzed. */
export interface FuzzedDaemon {
  readonly socket: string
  /** Undefined while it runs; else how it ended. */
  ended(): string | undefined
  /** Resident memory, bytes. */
  rss(): number
  /** Open descriptors. */
  descriptors(): number
  log(): string
  stop(): Promise<void>
}

/** Start one and wait until it is ready. @throws Error with its log if it does not start */
export async function startFuzzed(folder: string, redisUrl: string): Promise<FuzzedDaemon> {
  const socket = join(folder, 'rqd.sock')
  const main = join(import.meta.dirname, '../../daemon/bin/rqd.js')
  const args = [
    main,
    '--url',
    redisUrl,
    '--socket',
    socket,
    '--path',
    folder,
    '-N',
    '1',
    '--spares',
    '0',
    'default',
    'low',
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  let log = ''
  // The beginning has what matters of a start, and the end what matters of a crash.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = log.length < 200_000 ? log + text : log.slice(0, 50_000) + (log + text).slice(-100_000)
  })
  const proc = `/proc/${child.pid ?? 0}`
  const ended = (): string | undefined => endOf(child)
  const sinceMs = performance.now()
  while (!log.includes('daemon ready')) {
    await delay(20)
    const isLate = performance.now() - sinceMs > START_BOUND_MS
    if (isLate) child.kill('SIGKILL')
    if (isLate || ended() !== undefined) throw new Error(`rqd did not start:\n${log}`)
  }
  return {
    socket,
    ended,
    rss: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    descriptors: () => readdirSync(`${proc}/fd`).length,
    log: () => log,
    stop: async () => {
      if (ended() !== undefined) return
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await closed
      clearTimeout(late)
    },
  }
}

function endOf({ exitCode, signalCode }: ChildProcess): string | undefined {
  if (signalCode !== null) return `it was killed by ${signalCode}`
  return exitCode === null ? undefined : `it ended with exit code ${exitCode}`
}
