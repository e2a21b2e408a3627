/** RQ's names and numbers, which its readers rely on. Seconds throughout. */
export const rqDefaults = {
  /** Of all keys. */
  prefix: 'rq',
  /** Limit of a job without its own. */
  timeoutSec: 180,
  /** Limit of a callback without its own. */
  callbackTimeoutSec: 60,
  /** How long a finished job and its result are kept. */
  resultTtlSec: 500,
  /** How long a failed job is kept: a year. */
  failureTtlSec: 31_536_000,
  /** TTL of an idle worker's hash: RQ's worker TTL of 420 and its margin of 60. */
  workerTtlSec: 480,
  /** For how long after a beat RQ takes a job for running: its monitoring interval of 30 and its margin of 60. */
  runningMarkSec: 90,
} as const
