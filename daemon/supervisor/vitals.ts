import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** What a living process has used so far. */
export interface Vitals {
  readonly rssBytes: number
  /** The largest it has been. */
  readonly peakRssBytes: number
  readonly cpuMs: number
}

/** Linux counts CPU time in these, on every machine that Node runs on. */
const MS_PER_TICK = 10

/** Read a process's use of memory and CPU; null where the system does not tell, or the process has ended. */
export function readVitals(pid: number): Vitals | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name in parentheses: utime and stime are the 14th and 15th field of the line.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      rssBytes: kibibytes(status, 'VmRSS'),
      peakRssBytes: kibibytes(status, 'VmHWM'),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    }
  } catch {
    return null
  }
}

/**
 * What a process adds to the memory in use: pages that it shares with others (forked from the same program, say) count
 * in part. Bytes; null where the system does not tell. The kernel walks all its pages for it: not for every day.
 */
export async function readPssBytes(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  const bytes = kibibytes(text, 'Pss')
  return bytes === 0 ? null : bytes
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
}
