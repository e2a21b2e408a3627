/**
 * What is known of a job whose end was not its own: stored with the failure (`rqd_certificate` in the result, as JSON)
 * and, in words, at the end of its `exc_info`.
 */
export interface DeathCertificate {
  readonly cause: DeathCause
  /** `SIGKILL`, or null if the process ended with a code. */
  readonly signal: string | null
  readonly exitCode: number | null
  readonly pid: number
  /** The largest the process was, as far as it was seen; null if it never told. */
  readonly peakRssBytes: number | null
  /** CPU time that the process used for the job, as far as it was seen. */
  readonly cpuSec: number | null
  /** From the call of the function to the end. */
  readonly runSec: number
  /** The last lines that the executor printed while it ran the job. */
  readonly output: readonly string[]
}

export type DeathCause =
  | 'timeout'
  | 'operator stop'
  | 'exit code'
  /** It was killed because nobody could rely on what it said. */
  | 'protocol error'
  | 'signal'
  | 'out of memory (cgroup limit)'
  | 'out of memory (kernel)'
  | 'out of memory (V8 heap limit)'

/** The certificate in words, one fact a line. */
export function certificateText(certificate: DeathCertificate): string {
  const { cause, signal, exitCode, pid, peakRssBytes, cpuSec, runSec, output } = certificate
  const ended = signal === null ? `exit code ${exitCode ?? 0}` : `killed by ${signal}`
  const lines = [
    'Death certificate:',
    `  cause      ${cause}`,
    `  executor   pid ${pid}, ${ended}`,
    `  run time   ${runSec.toFixed(3)} s`,
  ]
  if (cpuSec !== null) lines.push(`  CPU time   ${cpuSec.toFixed(3)} s`)
  if (peakRssBytes !== null) lines.push(`  peak RSS   ${(peakRssBytes / 1024 / 1024).toFixed(1)} MiB`)
  if (output.length > 0) lines.push('  last output', ...output.map((line) => `    ${line}`))
  return lines.join('\n')
}
