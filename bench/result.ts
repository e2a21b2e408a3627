import { ratios, spread, type Spread } from './stats.js'

/** One thing measured of one side, once a round. */
export interface Row {
  /** What was done: `no-op`, `1 kB`, `100 jobs/s p50`. */
  readonly what: string
  readonly side: string
  readonly unit: string
  readonly values: readonly number[]
}

/** What we want: a number on one side of a limit, or a ratio that differs from 1 by no more than that. */
export interface Target {
  readonly op: '>=' | '<=' | '<' | '±'
  readonly limit: number
}

/** A measured number beside what is wanted of it. Without a target it is only told. */
export interface Check {
  readonly what: string
  /** `x` for ratios. */
  readonly unit: string
  readonly spread: Spread
  readonly target: Target | undefined
  readonly ok: boolean | undefined
}

export interface ScenarioResult {
  readonly name: string
  readonly title: string
  readonly how: string
  readonly rows: readonly Row[]
  readonly checks: readonly Check[]
}

/** The median decides. */
export function check(what: string, unit: string, values: readonly number[], target?: Target): Check {
  const summed = spread(values)
  return { what, unit, spread: summed, target, ok: target === undefined ? undefined : meets(summed.median, target) }
}

/** Our values by theirs, round by round. Nothing if one of the two was not measured. */
export function checkRatio(what: string, ours: Row | undefined, theirs: Row | undefined, target?: Target): Check[] {
  if (ours === undefined || theirs === undefined) return []
  return [check(what, 'x', ratios(ours.values, theirs.values), target)]
}

export function meets(value: number, { op, limit }: Target): boolean {
  switch (op) {
    case '>=':
      return value >= limit
    case '<=':
      return value <= limit
    case '<':
      return value < limit
    case '±':
      return Math.abs(value - 1) <= limit
  }
}
