// The few macros of man(7) that our pages use. Text given here is plain; what roff would read in it is escaped.

/** Leaves room for what is escaped. */
const LINE = 68

export const escape = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('–', '\\(en')
    .replace(/^(?=[.'])/gm, '\\&')

export const bold = (text) => `\\fB${escape(text)}\\fR`
const italic = (text) => `\\fI${escape(text)}\\fR`

export const title = ({ name, section, date, version }) =>
  `.TH ${name.toUpperCase()} ${section} ${date} "rqd ${version}"`
export const heading = (text) => `.SH ${text.toUpperCase()}`
export const subheading = (text) => `.SS ${escape(text)}`
export const prose = (text) => linked(text)
export const paragraph = (text) => `.PP\n${linked(text)}`

/** Terms, each with what it is. */
export const list = (items) => items.map(([term, text]) => `.TP\n${bold(term)}\n${linked(text)}`).join('\n')

/** An option as commander has it: names bold, values slanted. */
export const option = ({ flags, description }) => {
  const words = flags.split(/([, ]+)/)
  const term = words.map((word) => (/^[<[]/.test(word) ? italic(word) : /^-/.test(word) ? bold(word) : word)).join('')
  return `.TP\n${term}\n${linked(description)}`
}

/** Lines as they are typed. */
export const example = ([text, lines]) => `.PP\n${escape(text)}\n.PP\n.RS 4\n.nf\n${escape(lines)}\n.fi\n.RE`

export const sentence = (text) => (/[.:!?)]$/.test(text) ? text : `${text}.`)

/** Sources are read too: lines of a length for people. Names of pages, such as rqctl(1), are bold. */
const linked = (text) => escape(wrap(text)).replace(/\b([a-z][\w.]*)\(([1-8])\)/g, '\\fB$1\\fR($2)')

/** Lines of at most so many characters, broken at blanks; roff makes one of them. */
const wrap = (text) =>
  text
    .replace(/\s+/g, ' ')
    .replace(new RegExp(`(.{1,${LINE}})(?: |$)`, 'g'), '$1\n')
    .trimEnd()

/** The text of a piece of Markdown: links and emphasis are gone. */
export const plain = (markdown) =>
  markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll('\\|', '|')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll('`', '')
    .trim()

/** The rows of the first table below a heading, cells as plain text, the head first; none if there is no such table. */
export function tableBelow(markdown, head) {
  const lines = markdown.split('\n')
  const from = lines.findIndex((line) => line.startsWith('|') && line.toLowerCase().includes(head.toLowerCase()))
  if (from === -1) return []
  const end = lines.findIndex((line, i) => i > from && !line.startsWith('|'))
  return lines
    .slice(from, end === -1 ? undefined : end)
    .filter((line) => !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(plain),
    )
}
