import { drain, type Drained, type DrainSetting } from './drain.js'
import type { Row } from './result.js'
import { inRounds } from './rounds.js'
import type { Context } from './scenario.js'
import type { Side } from './side.js'

/** One kind of load on one side. */
export interface Cell extends DrainSetting {
  readonly what: string
}

/** A row that knows of which side it is. */
export interface DrainRow extends Row {
  readonly id: string
  readonly drained: readonly Drained[]
}

/** Drain every cell once a round. */
export async function drainRows(context: Context, scenario: string, cells: readonly Cell[]): Promise<DrainRow[]> {
  const { rounds } = context.options
  const values = await inRounds(rounds, cells, (cell, round) => {
    context.say(`${scenario}, round ${round + 1} of ${rounds}: ${cell.what}, ${cell.side.title}`)
    return drain(cell)
  })
  return [...values].map(([{ what, side, width }, drained]) => ({
    id: side.id,
    what,
    side: labelOf(side, width),
    unit: 'jobs/s',
    values: drained.map(({ perSec }) => perSec),
    drained,
  }))
}

export function labelOf(side: Side, width: number): string {
  if (width === 1 && side.widths.length === 1) return side.title
  return `${side.title}, ${side.id === 'ceiling' ? 'calls' : 'c'}=${width}`
}

export function findRow(rows: readonly DrainRow[], id: string, what: string): DrainRow | undefined {
  return rows.find((row) => row.id === id && row.what === what)
}

/** Without what only the code needs. */
export function plainRows(rows: readonly DrainRow[]): Row[] {
  return rows.map(({ what, side, unit, values }) => ({ what, side, unit, values }))
}
