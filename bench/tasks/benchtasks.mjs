// The functions of the benchmark. Ours calls them by name; the peers' processes import this very file, so that all
// sides do the same work.
import { openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export function noop() {}

/** Keep the CPU busy. */
export function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

export const sleep = (ms) => delay(ms)

export const echo = (text) => text

let stamps

/** Write down how long it took until here, in microseconds. `sentUs`: the monotonic clock when it was sent. */
export function stamp(sentUs) {
  const tookUs = monoUs() - sentUs
  stamps ??= openSync(process.env.RQD_BENCH_STAMPS, 'a')
  writeSync(stamps, `${tookUs}\n`)
}

/** The system's monotonic clock, which all processes share. */
export const monoUs = () => Number(process.hrtime.bigint() / 1000n)
