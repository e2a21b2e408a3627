/** A tenant that would take places in the pool now. */
export interface Contender {
  readonly weight: number
  /** Places that its jobs take up: in executors, waiting for one, or on their way here. */
  readonly load: number
  /** The time of executors that it has had so far, by its weight: whoever has had less goes first. */
  readonly virtualMs: number
}

/** Sums of fractions are equal if they differ by less. */
const EPSILON = 1e-9

/**
 * How many of the free places one of the contenders gets; they may be fractions, since short jobs share one.
 *
 * Each is entitled to its part, by weight, of all that the contenders have and could have. First come those below the
 * whole places of their part; a fraction of a place is had by turns, first by who has had the least time. So nobody waits
 * for a tenant that has many jobs, or long ones, and no place stays free that somebody wants.
 */
export function shareOf(who: Contender, contenders: readonly Contender[], room: number): number {
  const weights = contenders.reduce((sum, { weight }) => sum + weight, 0)
  const places = contenders.reduce((sum, { load }) => sum + load, Math.max(0, room))
  const stands = contenders.map((contender) => {
    const part = (places * contender.weight) / weights
    return { contender, load: contender.load, least: Math.floor(part + EPSILON), most: Math.ceil(part - EPSILON) }
  })
  let share = 0
  for (let left = room; left > EPSILON; left -= 1) {
    const [first, ...others] = stands
    if (first === undefined) break
    const next = others.reduce((best, stand) => (isBefore(stand, best) ? stand : best), first)
    const given = Math.min(1, left)
    next.load += given
    if (next.contender === who) share += given
  }
  return share
}

interface Stand {
  readonly contender: Contender
  load: number
  readonly least: number
  readonly most: number
}

function isBefore(a: Stand, b: Stand): boolean {
  const rank = rankOf(a)
  if (rank !== rankOf(b)) return rank < rankOf(b)
  const byLoad = a.load / a.contender.weight - b.load / b.contender.weight
  const byTime = a.contender.virtualMs - b.contender.virtualMs
  const [first, second] = rank === 1 ? [byTime, byLoad] : [byLoad, byTime]
  return Math.abs(first) > EPSILON ? first < 0 : second < 0
}

/** 0 below the whole places of its part, 1 where it lacks a fraction of one, 2 where it has all of it. */
function rankOf({ load, least, most }: Stand): 0 | 1 | 2 {
  if (load < least - EPSILON) return 0
  return load < most - EPSILON ? 1 : 2
}
