import t from 'tap'
import { layOutGraph, NODE_HEIGHT, NODE_WIDTH } from '../../../../daemon/dashboard/view/graph-layout.js'

t.test('each job stands to the right of all that it waits for', (t) => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'd' },
    { from: 'a', to: 'd' },
    { from: 'c', to: 'd' },
  ]
  const { nodes, width, height } = layOutGraph(['d', 'a', 'b', 'c'], edges)
  const at = new Map(nodes.map((node) => [node.id, node]))
  for (const { from, to } of edges) {
    t.ok((at.get(from)?.x ?? Infinity) + NODE_WIDTH < (at.get(to)?.x ?? 0), `${from} before ${to}`)
  }
  for (const { x, y } of nodes) t.ok(x + NODE_WIDTH <= width && y >= 0 && y + NODE_HEIGHT <= height)
  t.end()
})

t.test('no two jobs cover each other, and lines that need not cross do not', (t) => {
  const edges = ['1', '2', '3'].map((i) => ({ from: `p${i}`, to: `c${i}` }))
  const { nodes } = layOutGraph(['p1', 'p2', 'p3', 'c3', 'c1', 'c2'], edges)
  const rows = (letter: string) =>
    nodes
      .filter(({ id }) => id.startsWith(letter))
      .sort((a, b) => a.y - b.y)
      .map(({ id }) => id.slice(1))
  t.same(rows('c'), rows('p'))
  const places = new Set(nodes.map(({ x, y }) => `${x} ${y}`))
  t.equal(places.size, nodes.length)
  t.end()
})

t.test('circles, strangers and loops do no harm', (t) => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
    { from: 'a', to: 'a' },
    { from: 'x', to: 'a' },
  ]
  const layout = layOutGraph(['a', 'b', 'a'], edges)
  t.same(layout.nodes.map(({ id }) => id).sort(), ['a', 'b'])
  t.equal(layout.edges.length, 2)
  t.match(layOutGraph([], []), { nodes: [], edges: [] })
  t.end()
})
