/** Every cell once a round, beginning with another one each round, so that none has the warm machine to itself. */
export async function inRounds<Cell, Value>(
  rounds: number,
  cells: readonly Cell[],
  measure: (cell: Cell, round: number) => Promise<Value>,
): Promise<Map<Cell, Value[]>> {
  const values = new Map<Cell, Value[]>(cells.map((cell) => [cell, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of rotated(cells, round)) values.get(cell)!.push(await measure(cell, round))
  }
  return values
}

/** The same in another order: from the `turns`th on, then those before it. */
export function rotated<T>(items: readonly T[], turns: number): T[] {
  const from = items.length === 0 ? 0 : turns % items.length
  return [...items.slice(from), ...items.slice(0, from)]
}
