import { readFileSync, readdirSync } from 'node:fs'
import { startTicks } from '../daemon/host.js'

/** A process that cannot be mistaken for a later one with the same pid. Linux only, as all that reads /proc here. */
export interface ProcessId {
  readonly pid: number
  readonly startTicks: string | null
}

export function identify(pid: number): ProcessId {
  return { pid, startTicks: startTicks(pid) }
}

/** Send a signal. @returns false if that process is gone */
export function signalProcess({ pid, startTicks: expected }: ProcessId, signal: NodeJS.Signals): boolean {
  if (expected === null || startTicks(pid) !== expected) return false
  try {
    process.kill(pid, signal)
    return true
  } catch {
    // It ended in between.
    return false
  }
}

/** Whether that very process runs: not gone, not dead and waiting for its parent to notice. */
export function isAlive({ pid, startTicks: expected }: ProcessId): boolean {
  const stat = readText(`/proc/${pid}/stat`)
  return expected !== null && startTicks(pid) === expected && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
}

/** The living children of a process. */
export function childrenOf(parentPid: number): ProcessId[] {
  return listProcesses()
    .filter(({ parent, state }) => parent === parentPid && state !== 'Z')
    .map(({ pid }) => identify(pid))
}

/** A process's living descendants, nearest first. */
export function descendantsOf(pid: number): ProcessId[] {
  const all = listProcesses().filter(({ state }) => state !== 'Z')
  const found: ProcessId[] = []
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent)).map((child) => child.pid)
    found.push(...children.map(identify))
    parents = children
  }
  return found
}

/** The title or command line of a process; empty if it is gone. */
export function titleOf(pid: number): string {
  return readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
}

/** Processes that have this text in their environment, whoever their parent is by now. */
export function processesWith(environmentText: string): ProcessId[] {
  return listProcesses()
    .filter(({ pid, state }) => pid !== process.pid && state !== 'Z')
    .filter(({ pid }) => readText(`/proc/${pid}/environ`).includes(environmentText))
    .map(({ pid }) => identify(pid))
}

function listProcesses(): { pid: number; parent: number; state: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readText(`/proc/${name}/stat`)
      if (stat === '') return []
      // The name, in parentheses, may hold anything.
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return [{ pid: Number(name), parent: Number(parent), state }]
    })
}

// Processes come and go while one looks.
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
