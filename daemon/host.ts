import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ProcessIdentity } from '../src/worker/registration.js'

export type { ProcessIdentity } from '../src/worker/registration.js'

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    bootId: readText(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.trim() ?? null,
    pidNamespace: readText(() => readlinkSync('/proc/self/ns/pid')) ?? null,
    pid: process.pid,
    startTicks: startTicks(process.pid),
  }
}

/** When a process of this machine started, in clock ticks since boot; null if there is none or nothing tells. */
export function startTicks(pid: number): string | null {
  const stat = readText(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return null
  // The second field is the name in parentheses, which may itself hold blanks and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended; it only waits for its parent to take notice.
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null)
}

/** The kernel's ticks per second, as it tells them to programs. */
const TICKS_PER_SEC = 100

/** When a process of this machine started, epoch milliseconds; null if there is none, 0 if nothing tells when. */
export function startedAtMs(pid: number): number | null {
  const bootSec = /^btime (\d+)$/m.exec(readText(() => readFileSync('/proc/stat', 'utf8')) ?? '')?.[1]
  if (bootSec === undefined) return isAlive(pid) ? 0 : null
  const ticks = startTicks(pid)
  if (ticks === null) return isHidden(pid) ? 0 : null
  return (Number(bootSec) + Number(ticks) / TICKS_PER_SEC) * 1000
}

function isAlive(pid: number): boolean {
  return lookFor(pid) !== 'ESRCH'
}

/** True if a process is there, but /proc does not show those of other users (`hidepid`, systemd's ProtectProc=). */
function isHidden(pid: number): boolean {
  return lookFor(pid) === 'EPERM' && readText(() => readFileSync(`/proc/${pid}/stat`)) === undefined
}

/** What the kernel says to a signal that does nothing: EPERM is somebody else's process. */
function lookFor(pid: number): string {
  try {
    process.kill(pid, 0)
    return 'ours'
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

/**
 * True if the process that wrote `record` is proved dead, seen from `here`: its machine has booted since, or nobody
 * has its pid, or somebody else has it. False where nothing proves it: another machine, another namespace, no /proc, a
 * process with that pid of which nothing can be seen.
 */
export function isProvedDead(
  record: ProcessIdentity,
  here: ProcessIdentity,
  startTicksOf: (pid: number) => string | null = startTicks,
  isHiddenPid: (pid: number) => boolean = isHidden,
): boolean {
  if (record.host !== here.host || record.bootId === null || here.bootId === null) return false
  if (record.bootId !== here.bootId) return true
  if (record.pidNamespace === null || record.pidNamespace !== here.pidNamespace) return false
  if (record.startTicks === null) return false
  const ticks = startTicksOf(record.pid)
  return ticks === null ? !isHiddenPid(record.pid) : ticks !== record.startTicks
}

function readText<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
