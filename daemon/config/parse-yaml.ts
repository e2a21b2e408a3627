import type * as yaml from 'yaml'
import { requirePackage } from '../../src/require.js'

/** Read one YAML document. @throws Error naming the line. */
export function parseYaml(text: string): unknown {
  const { document, lines } = read(text)
  // A tag that nobody knows (`!!python/tuple`) is only a warning to the package, and would be dropped in silence.
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) {
    throw new Error(`line ${lines.linePos(problem.pos[0]).line} is no YAML: ${problem.message}`)
  }
  return document.toJS()
}

/** Finds the line of a name in a text that is YAML, or JSON, which is nearly the same. Reads the text when first asked. */
export function yamlLines(text: string): (key: string) => number | undefined {
  let known: ReturnType<typeof read> | undefined
  return (key) => {
    const { isMap, isScalar } = requirePackage('yaml') as typeof yaml
    known ??= read(text)
    const { contents } = known.document
    if (!isMap(contents)) return undefined
    const at = contents.items.map(({ key: name }) => name).find((name) => isScalar(name) && name.value === key)
    const offset = isScalar(at) ? at.range[0] : undefined
    return offset === undefined ? undefined : known.lines.linePos(offset).line
  }
}

function read(text: string): { document: yaml.Document.Parsed; lines: yaml.LineCounter } {
  const { LineCounter, parseDocument } = requirePackage('yaml') as typeof yaml
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  return { document, lines }
}
