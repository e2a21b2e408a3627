// The parts of docs/control-socket.md that follow from the method table and the fault codes.

/** What the page holds between the marks of each part. */
export function generatedParts(document, faultMeanings) {
  return {
    methods: methodTable(document.methods),
    parameters: document.methods.filter(hasDetails).map(describeMethod).join('\n'),
    faults: faultTable(document.methods[0].errors, faultMeanings),
  }
}

/** The page with its generated parts made anew. @throws Error if the marks of a part are missing */
export function renewPage(page, parts) {
  return Object.entries(parts).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- ${name}: generated, npm run docs:socket -->`, `<!-- ${name}: end -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from === -1 || to < from) throw new Error(`docs/control-socket.md lacks the marks "${begin}" and "${end}"`)
    return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
  }, page)
}

/** What each error code means: the comments of the type ErrorCode. `source`: src/errors.ts */
export function meaningsOf(source) {
  const lines = source.matchAll(/^ {2}\| '(RQD_\w+)' \/\/ (.+)$/gm)
  return Object.fromEntries([...lines].map(([, code, meaning]) => [code, meaning]))
}

function methodTable(methods) {
  const rows = methods.map((method) => [
    `\`${method.name}\``,
    method['x-changes'] ? 'yes' : 'no',
    method.params.map(shortParam).join(', '),
    shapeOf(method.result.schema),
    method.summary,
  ])
  return table(['method', 'changes', 'parameters (default)', 'result', 'what it does'], rows)
}

function faultTable(errors, meanings) {
  const rows = errors.map(({ code, message, data }) => {
    // Standard faults say what they mean, the others their name.
    const meaning = message === data?.code ? meanings[data.code] : message
    if (meaning === undefined) throw new Error(`src/errors.ts does not say what ${message} means`)
    return [String(code), data === undefined ? '(none)' : `\`${data.code}\``, meaning]
  })
  return table(['number', '`data.code`', 'meaning'], rows)
}

function hasDetails(method) {
  return method.params.length > 0 || fieldsOf(method.result.schema).length > 0
}

function describeMethod({ name, params, result }) {
  const takes = params.map((param) => `  - ${shortParam(param)}: ${param.description ?? 'see its schema'}`)
  const gives = fieldsOf(result.schema).map(([path, text]) => `  - gives \`${path}\`: ${text}`)
  return [`- **\`${name}\`**`, ...takes, ...gives].join('\n')
}

/** The fields of a result that its schema has a sentence about, by their paths. */
function fieldsOf(schema, at = '') {
  const { properties = {}, items, anyOf } = schema
  const inner = items === undefined ? [] : fieldsOf(items, `${at}[]`)
  const either = (anyOf ?? []).flatMap((each) => fieldsOf(each, at))
  const own = Object.entries(properties).flatMap(([name, property]) => {
    const path = at === '' ? name : `${at}.${name}`
    const told = property.description === undefined ? [] : [[path, property.description]]
    return [...told, ...fieldsOf(property, path)]
  })
  return [...own, ...inner, ...either]
}

function shortParam({ name, required, schema }) {
  const byDefault = schema.default === undefined ? 'none' : JSON.stringify(schema.default)
  return `\`${name}\` (${required ? 'required' : `\`${byDefault}\``})`
}

/** Names of fields, or the value itself. */
function shapeOf({ properties, const: value }) {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``
  return properties === undefined ? 'see its schema' : `\`{${Object.keys(properties).join(', ')}}\``
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}
