import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A test as its source declares it. */
export interface Title {
  /** As written, `${...}` included. */
  readonly text: string
  /** Wherever it is, it is never run, by its method or its options. One that depends on something counts as run. */
  readonly isOff: boolean
}

/** The tests that a source file declares. */
export function titlesIn(file: string): Title[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false)
  const titles: Title[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [first, second] = node.arguments
      const { text: method } = node.expression.name
      if (['test', 'skip', 'todo'].includes(method) && first !== undefined && isText(first)) {
        const text = first.getText(source).slice(1, -1).replaceAll("\\'", "'")
        titles.push({ text, isOff: method !== 'test' || (second !== undefined && turnsOff(second, source)) })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
}

function turnsOff(options: ts.Expression, source: ts.SourceFile): boolean {
  if (!ts.isObjectLiteralExpression(options)) return false
  return options.properties.some((property) => {
    if (!ts.isPropertyAssignment(property) || !['skip', 'todo'].includes(property.name.getText(source))) return false
    return property.initializer.kind === ts.SyntaxKind.TrueKeyword || isText(property.initializer)
  })
}
