import { readFileSync } from 'node:fs'

/** True while a process runs. A zombie has ended: it only waits to be reaped by whoever is responsible for it. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}
