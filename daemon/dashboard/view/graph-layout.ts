/** Where the jobs of a graph are drawn: in columns from left to right, each behind all that it waits for. Pure. */

export interface LaidNode {
  readonly id: string
  readonly x: number
  readonly y: number
}

export interface LaidEdge {
  readonly from: string
  readonly to: string
  /** For `d` of an SVG path. */
  readonly path: string
}

export interface GraphLayout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly LaidNode[]
  readonly edges: readonly LaidEdge[]
}

/** Of the box of a job. */
export const NODE_WIDTH = 220
export const NODE_HEIGHT = 44
const COLUMN_GAP = 60
const ROW_GAP = 12
const MARGIN = 6
/** Times that rows are put in order, to and fro: more changes little. */
const SWEEPS = 4

type Edge = Pick<LaidEdge, 'from' | 'to'>

/** Edges of jobs that are not among the ids are left out. Ends for whatever is given: circles, too. */
export function layOutGraph(ids: readonly string[], edges: readonly Edge[]): GraphLayout {
  const known = new Set(ids)
  const inside = edges.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to)
  const columns = sortRows(columnsOf([...known], inside), inside)
  const rows = Math.max(1, ...columns.map((column) => column.length))
  const height = 2 * MARGIN + rows * NODE_HEIGHT + (rows - 1) * ROW_GAP
  const nodes = columns.flatMap((column, c) => {
    const tall = column.length * NODE_HEIGHT + (column.length - 1) * ROW_GAP
    const top = (height - tall) / 2
    return column.map((id, r) => ({
      id,
      x: MARGIN + c * (NODE_WIDTH + COLUMN_GAP),
      y: top + r * (NODE_HEIGHT + ROW_GAP),
    }))
  })
  const width = 2 * MARGIN + columns.length * NODE_WIDTH + Math.max(0, columns.length - 1) * COLUMN_GAP
  return { width, height, nodes, edges: drawEdges(nodes, inside) }
}

/** By the longest way to it. An edge that closes a circle counts for nothing. */
function columnsOf(ids: readonly string[], edges: readonly Edge[]): string[][] {
  const parents = groupBy(
    edges,
    ({ to }) => to,
    ({ from }) => from,
  )
  const depths = new Map<string, number>()
  const open = new Set<string>()
  const depthOf = (id: string): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    open.add(id)
    let depth = 0
    for (const parent of parents.get(id) ?? []) if (!open.has(parent)) depth = Math.max(depth, depthOf(parent) + 1)
    open.delete(id)
    depths.set(id, depth)
    return depth
  }
  const columns: string[][] = []
  for (const id of ids) (columns[depthOf(id)] ??= []).push(id)
  // A circle can leave a column empty.
  return columns.filter((column) => column.length > 0)
}

/** Each by the middle of those that it is tied to, so that few edges cross. */
function sortRows(columns: readonly string[][], edges: readonly Edge[]): string[][] {
  const sorted = columns.map((column) => [...column])
  const ties = groupBy(
    edges.flatMap(({ from, to }) => [
      { from, to },
      { from: to, to: from },
    ]),
    ({ from }) => from,
    ({ to }) => to,
  )
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const places = new Map(sorted.flatMap((column) => column.map((id, r) => [id, (r + 0.5) / column.length] as const)))
    const middleOf = (id: string): number => {
      const rows = (ties.get(id) ?? []).map((other) => places.get(other) ?? 0.5)
      return rows.length === 0 ? (places.get(id) ?? 0.5) : rows.reduce((sum, row) => sum + row, 0) / rows.length
    }
    for (const column of sorted) {
      const middles = new Map(column.map((id) => [id, middleOf(id)]))
      column.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0))
      column.forEach((id, r) => places.set(id, (r + 0.5) / column.length))
    }
  }
  return sorted
}

function drawEdges(nodes: readonly LaidNode[], edges: readonly Edge[]): LaidEdge[] {
  const places = new Map(nodes.map((node) => [node.id, node]))
  return edges.flatMap(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)]
    if (start === undefined || end === undefined) return []
    const [x1, y1] = [start.x + NODE_WIDTH, start.y + NODE_HEIGHT / 2]
    const [x2, y2] = [end.x, end.y + NODE_HEIGHT / 2]
    const bend = Math.max(COLUMN_GAP / 2, (x2 - x1) / 2)
    return [{ from, to, path: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }]
  })
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string, valueOf: (item: T) => string) {
  const groups = new Map<string, string[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [valueOf(item)])
    else group.push(valueOf(item))
  }
  return groups
}
