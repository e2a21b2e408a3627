/**
 * Milliseconds of the machine's monotonic clock: the one clock that all processes here share, ours, the executors'
 * and Python's. Only differences mean anything.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
