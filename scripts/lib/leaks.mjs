import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Set for everything that the tests start, and inherited by whatever that starts. */
export const markName = 'RQD_TEST_RUN'

/**
 * Processes that a test run has left behind: those with its mark in their environment, and those that live in its
 * temporary folder (a server that renames itself loses its environment). Linux only; elsewhere none are found.
 */
export function findLeaks(mark, folder) {
  const leaks = []
  for (const entry of listProcesses()) {
    const pid = Number(entry)
    if (pid === process.pid) continue
    const read = (name) => attempt(() => readFileSync(`/proc/${entry}/${name}`, 'utf8')) ?? ''
    const command = read('cmdline').replaceAll('\0', ' ').trim()
    // Ended, and only waiting for its parent to take notice.
    if (command === '') continue
    const marked = read('environ').split('\0').includes(`${markName}=${mark}`)
    const lives = (attempt(() => readlinkSync(`/proc/${entry}/cwd`)) ?? '').startsWith(folder)
    if (marked || lives || command.includes(folder)) leaks.push({ pid, command })
  }
  return leaks
}

/** The leaks that are still there after a time of grace: what was told to end may take a moment. */
export async function lastingLeaks(mark, folder, graceMs = 3_000) {
  const deadline = Date.now() + graceMs
  for (;;) {
    const leaks = findLeaks(mark, folder)
    if (leaks.length === 0 || Date.now() > deadline) return leaks
    await delay(50)
  }
}

/** Kill what was left behind, so that the next run starts clean. */
export function killLeaks(leaks) {
  for (const { pid } of leaks) attempt(() => process.kill(pid, 'SIGKILL'))
}

function listProcesses() {
  return (attempt(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name))
}

// Processes come and go while one looks.
function attempt(work) {
  try {
    return work()
  } catch {
    return undefined
  }
}
