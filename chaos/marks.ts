/**
 * What the jobs wrote down about themselves. One line each, `kind job execution token pid parent at`: the execution id
 * of the daemon (`-` for Python), a token of the execution's own, its process and that one's parent, milliseconds of
 * the monotonic clock.
 */
export interface Mark {
  readonly kind: 'begin' | 'end'
  readonly jobId: string
  readonly execution: string
  readonly token: string
  readonly pid: number
  readonly parentPid: number
  readonly atMs: number
}

const line = /^(begin|end) (\S+) (\S+) (\S+) (\d+) (\d+) (\d+\.\d+)$/

/** The mark in a line; undefined if it is none. */
export function parseMark(text: string): Mark | undefined {
  const [, kind, jobId = '', execution = '', token = '', pid, parentPid, atMs] = line.exec(text) ?? []
  if (kind !== 'begin' && kind !== 'end') return undefined
  return { kind, jobId, execution, token, pid: Number(pid), parentPid: Number(parentPid), atMs: Number(atMs) }
}

/** One run of a job's function. */
export interface Execution {
  readonly jobId: string
  readonly execution: string
  readonly pid: number
  readonly parentPid: number
  readonly beganMs: number
  /** Undefined if its process died in the middle. */
  readonly endedMs: number | undefined
}

/** Every run of every job, each job's in the order in which they began. */
export function executionsOf(marks: readonly Mark[]): Map<string, Execution[]> {
  const ends = new Map(marks.filter(({ kind }) => kind === 'end').map(({ token, atMs }) => [token, atMs]))
  const jobs = new Map<string, Execution[]>()
  const begins = marks.filter(({ kind }) => kind === 'begin').sort((a, b) => a.atMs - b.atMs)
  for (const { jobId, execution, token, pid, parentPid, atMs } of begins) {
    const run = { jobId, execution, pid, parentPid, beganMs: atMs, endedMs: ends.get(token) }
    const runs = jobs.get(jobId)
    if (runs === undefined) jobs.set(jobId, [run])
    else runs.push(run)
  }
  return jobs
}
