import type * as yaml from 'yaml'
import { requirePackage } from '../../src/require.js'

/** Deeper than any option goes; the package takes minutes and gigabytes for what is much deeper. */
const MAX_DEPTH = 50

/** Read one YAML document. @throws Error naming the line. */
export function parseYaml(text: string): unknown {
  const deep = tooDeepAt(text)
  if (deep !== undefined) {
    throw new Error(`line ${text.slice(0, deep).split('\n').length} is nested more than ${MAX_DEPTH} deep`)
  }
  const { document, lines } = read(text)
  // A tag that nobody knows (`!!python/tuple`) is only a warning to the package, and would be dropped in silence.
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) {
    throw new Error(`line ${lines.linePos(problem.pos[0]).line} is no YAML: ${problem.message}`)
  }
  const again = repeatedKey(document)
  if (again !== undefined) throw new Error(`line ${lines.linePos(again).line} is no YAML: Map keys must be unique`)
  return document.toJS()
}

/** Where brackets, or dashes on one line, are too many to be meant; as a text may hold some too, it is a guess. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0
  for (const { 0: found, index } of text.matchAll(/[[{]|[\]}]|(?:[-?:][ \t]+){20,}/g)) {
    if (found.length > 1) return index
    depth = found === '[' || found === '{' ? depth + 1 : Math.max(0, depth - 1)
    if (depth > MAX_DEPTH) return index
  }
  return undefined
}

/** Where a name is that its map has already; undefined where there is none. The package compares each with each. */
function repeatedKey(document: yaml.Document.Parsed): number | undefined {
  const { isScalar, visit } = requirePackage('yaml') as typeof yaml
  let at: number | undefined
  visit(document, {
    Map: (_, { items }) => {
      const known = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        at = known.has(key.value) ? (key.range?.[0] ?? 0) : undefined
        if (at !== undefined) return visit.BREAK
        known.add(key.value)
      }
      return undefined
    },
  })
  return at
}

/** Finds the line of a name in a text that is YAML, or JSON, which is nearly the same. Reads the text when first asked. */
export function yamlLines(text: string): (key: string) => number | undefined {
  let known: ReadonlyMap<unknown, number> | undefined
  return (key) => {
    known ??= linesOf(text)
    return known.get(key)
  }
}

function linesOf(text: string): ReadonlyMap<unknown, number> {
  const { isMap, isScalar } = requirePackage('yaml') as typeof yaml
  const { document, lines } = read(text)
  const { contents } = document
  const found = new Map<unknown, number>()
  for (const { key } of isMap(contents) ? contents.items : []) {
    // The first one counts where a name is there twice.
    if (isScalar(key) && !found.has(key.value)) {
      found.set(key.value, lines.linePos(key.range[0]).line)
    }
  }
  return found
}

function read(text: string): { document: yaml.Document.Parsed; lines: yaml.LineCounter } {
  const { LineCounter, parseDocument } = requirePackage('yaml') as typeof yaml
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: false,
  })
  return { document, lines }
}
