/** What a worker that keeps no history of its own has done since it began, as its hash tells. */
export interface PeerCounts {
  readonly finished: number
  readonly failed: number
  readonly runMs: number
}

/**
 * What workers have done between two looks, together. One that was not there before has begun since; so has one whose
 * counts have become smaller, under the name of another.
 */
export function doneSince(
  before: ReadonlyMap<string, PeerCounts>,
  now: ReadonlyMap<string, PeerCounts>,
): { finished: number; failed: number; runMs: number } {
  const done = { finished: 0, failed: 0, runMs: 0 }
  for (const [name, counts] of now) {
    const known = before.get(name)
    const isSame =
      known !== undefined &&
      known.finished <= counts.finished &&
      known.failed <= counts.failed &&
      known.runMs <= counts.runMs
    done.finished += counts.finished - (isSame ? known.finished : 0)
    done.failed += counts.failed - (isSame ? known.failed : 0)
    done.runMs += counts.runMs - (isSame ? known.runMs : 0)
  }
  return done
}
