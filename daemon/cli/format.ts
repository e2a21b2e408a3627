/** `--format TEMPLATE`: what scripts print of each object, with fields of its JSON document in braces. */
import type * as commander from 'commander'
import { requirePackage } from '../../src/require.js'
import { didYouMean } from '../control/spelling.js'
import type { Context } from './context.js'
import { printable } from './output.js'

const { InvalidArgumentError, Option } = requirePackage('commander') as typeof commander

/** Makes a line of an object. */
export type Template = (document: object) => string

/** The option, for objects that have these fields. */
export function formatOption(fields: readonly string[]): commander.Option {
  return new Option(
    '--format <template>',
    'print this for each instead, with fields of its JSON document in braces: "{id} {status}"; \\t and \\n stand for themselves',
  ).argParser((text) => {
    const found = readTemplate(text, fields)
    if (typeof found === 'string') throw new InvalidArgumentError(found)
    return found
  })
}

/** The template of a command line, if it has one. With --json it is wrong usage. */
export function templateOf(context: Pick<Context, 'json'>, command: commander.Command): Template | undefined {
  const { format } = command.opts<{ format?: Template }>()
  if (format !== undefined && context.json) {
    command.error('error: found --format and --json, which prints one document; expected one or the other')
  }
  return format
}

/** @returns what makes the lines, or what is wrong with the template */
export function readTemplate(text: string, fields: readonly string[]): Template | string {
  const parts: (string | { readonly path: readonly string[] })[] = []
  let rest = text
  while (rest !== '') {
    const literal = /^(?:[^\\{}]+|\{\{|\}\}|\\[tn\\])/.exec(rest)?.[0]
    if (literal !== undefined) {
      parts.push(escapes[literal] ?? literal)
      rest = rest.slice(literal.length)
      continue
    }
    const field = /^\{([^{}]*)\}/.exec(rest)
    if (field === null) return misplaced(rest)
    const path = (field[1] ?? '').trim().split('.')
    const [name = ''] = path
    if (!fields.includes(name)) {
      const hint = name === '' ? '' : didYouMean(name, fields)
      return `unknown field ${JSON.stringify(name)}${hint || `; there are ${fields.join(', ')}`}`
    }
    parts.push({ path })
    rest = rest.slice(field[0].length)
  }
  return (document) =>
    `${parts.map((part) => (typeof part === 'string' ? part : valueAt(document, part.path))).join('')}\n`
}

const escapes: Readonly<Record<string, string>> = { '{{': '{', '}}': '}', '\\t': '\t', '\\n': '\n', '\\\\': '\\' }

function misplaced(rest: string): string {
  if (rest.startsWith('\\')) return `found ${JSON.stringify(rest.slice(0, 2))}; expected \\t, \\n or \\\\`
  const [brace] = rest
  return rest.startsWith('{')
    ? `found { without }; expected the name of a field in braces, or {{ for the character`
    : `found ${brace ?? ''} without {; expected }} for the character`
}

/** Nothing for what is null or not there; JSON for lists and objects. What would break the line is escaped. */
function valueAt(document: object, path: readonly string[]): string {
  let value: unknown = document
  for (const name of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined
  }
  if (value === undefined || value === null) return ''
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}
