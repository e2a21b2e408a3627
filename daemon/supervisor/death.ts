import { constants } from 'node:os'
import { certificateText, type DeathCause, type DeathCertificate } from '../../src/job/certificate.js'
import type { Outcome } from '../../src/job/settle.js'
import { timeoutText } from '../../src/run/limits.js'
import { STOPPED_TEXT } from '../../src/run/stopped.js'
import type { AbortReason } from '../ipc/messages.js'
import type { OomKiller } from './oom-watch.js'
import type { Exit } from './spawn.js'

/** What the pool knows of an executor that died in the middle of a job. */
export interface Death {
  readonly exit: Exit
  /** Why rqd was ending it; null if it died on its own. */
  readonly reason: AbortReason | null
  readonly oomKiller: OomKiller | null
  readonly peakRssBytes: number | null
  readonly cpuMs: number | null
  readonly output: readonly string[]
  /** How it broke the protocol, for which it was killed; null if it did not. */
  readonly breach: string | null
}

/** What the death of its executor means for a job. */
export function outcomeOfDeath(death: Death, limitSec: number, runSec: number): Outcome {
  if (death.reason === 'shutdown') return { kind: 'interrupted' }
  const certificate = certify(death, runSec)
  const text = (headline: string): string => `${headline}\n\n${certificateText(certificate)}`
  switch (death.reason) {
    case 'timeout':
      return { kind: 'raised', text: text(timeoutText(limitSec)), certificate }
    case 'stopped':
      return { kind: 'stopped', text: text(STOPPED_TEXT), certificate }
    case null:
      return { kind: 'died', text: text(deathText(death, certificate.cause)), certificate }
  }
}

/**
 * The same for a death while a callback ran, whose function had ended before.
 * @param traceback why the job had failed; null if it had not
 * @param step what it was, if it was none of the callbacks
 */
export function outcomeOfCallbackDeath(outcome: Outcome, traceback: string | null, step?: string): Outcome {
  if (outcome.kind === 'returned' || outcome.kind === 'interrupted') return outcome
  if (traceback === null)
    return {
      ...outcome,
      text: `In the ${step ?? 'success callback'}, after the function had returned:\n${outcome.text}`,
    }
  const text = `${traceback}\n\nThe ${step ?? 'failure callback'} did not come to an end:\n${outcome.text}`
  // The job had failed before, whatever ended the process.
  return { kind: 'raised', text, ...(outcome.certificate === undefined ? {} : { certificate: outcome.certificate }) }
}

function certify(death: Death, runSec: number): DeathCertificate {
  const { exit, peakRssBytes, cpuMs, output } = death
  return {
    cause: causeOf(death),
    signal: exit.signal,
    exitCode: exit.code,
    pid: exit.pid,
    peakRssBytes,
    cpuSec: cpuMs === null ? null : cpuMs / 1000,
    runSec,
    output,
  }
}

function causeOf({ exit, reason, oomKiller, output, breach }: Death): DeathCause {
  if (reason === 'timeout') return 'timeout'
  if (reason === 'stopped') return 'operator stop'
  if (breach !== null) return 'protocol error'
  // V8 says so itself before it aborts the process.
  if (exit.signal === 'SIGABRT' && output.some((line) => /FATAL ERROR: .*heap/i.test(line))) {
    return 'out of memory (V8 heap limit)'
  }
  if (exit.signal === 'SIGKILL' && oomKiller !== null) {
    return oomKiller === 'cgroup' ? 'out of memory (cgroup limit)' : 'out of memory (kernel)'
  }
  return exit.signal === null ? 'exit code' : 'signal'
}

/** RQ's words for a job whose process died, with the raw wait status that it prints, then our own in plain terms. */
function deathText({ exit, breach }: Death, cause: DeathCause): string {
  if (exit.signal !== null) {
    const number = constants.signals[exit.signal]
    const why = cause === 'signal' ? '' : `: ${cause}${breach === null ? '' : ` (${breach})`}`
    return [
      `Work-horse terminated unexpectedly; waitpid returned ${number} (signal ${number}); `,
      `The executor (pid ${exit.pid}) was killed by ${exit.signal} while the job ran${why}.`,
    ].join('\n')
  }
  const code = exit.code ?? 0
  return [
    `Work-horse terminated unexpectedly; waitpid returned ${code << 8}; `,
    `The executor (pid ${exit.pid}) ended with exit code ${code} while the job ran: the function, or something it called, ended the process.`,
  ].join('\n')
}
