import { readFileSync, readdirSync } from 'node:fs'

/** True while a process runs. A zombie has ended: it only waits to be reaped by whoever is responsible for it. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}

/** The running processes whose environment holds `NAME=value`: those that were given it, and all that they started. */
export function runningWith(mark: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark) && isRunning(pid)
    } catch {
      return false
    }
  })
}
