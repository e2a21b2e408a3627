import { type ErrorCode, RqdError } from '../../src/errors.js'

/** Exit codes of rqctl. */
export const exitCodes = {
  ok: 0,
  /** What was asked did not work, or not for all of it. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No daemon answers on the control socket. */
  unreachable: 3,
  /** A deadline passed first. */
  timedOut: 4,
} as const

const codesOfErrors: Partial<Record<ErrorCode, number>> = {
  RQD_BAD_OPTION: exitCodes.usage,
  RQD_BAD_DURATION: exitCodes.usage,
  RQD_UNREACHABLE: exitCodes.unreachable,
  RQD_TIMEOUT: exitCodes.timedOut,
}

/** The exit code for whatever ended a command. */
export function exitCodeOf(thrown: unknown): number {
  return (thrown instanceof RqdError ? codesOfErrors[thrown.code] : undefined) ?? exitCodes.failed
}
