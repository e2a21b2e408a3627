import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { DAEMON_MARK } from './spawn.js'

/** How long killed processes may take to disappear. */
const GONE_LIMIT_MS = 2_000

/**
 * End whatever a dead daemon's executors have left running on this machine, before its jobs are run again. Orphans
 * end by themselves within moments; this catches frozen ones, and children that left their process group. They are
 * known by a mark in their environment.
 * @returns the pids that were killed
 */
export async function killOrphans(daemonId: string): Promise<number[]> {
  const killed = new Set<number>()
  for (let waitedMs = 0; waitedMs <= GONE_LIMIT_MS; waitedMs += 20) {
    const found = await marked(`${DAEMON_MARK}=${daemonId}`)
    if (found.length === 0) break
    for (const pid of found) {
      killed.add(pid)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself meanwhile.
      }
    }
    await delay(20)
  }
  return [...killed]
}

async function marked(mark: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Another user's process cannot be read, and is not ours. A zombie's environment is empty.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      return environment.split('\0').includes(mark) ? pid : undefined
    }),
  )
  return found.filter((pid) => pid !== undefined)
}
