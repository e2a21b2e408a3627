/**
 * Reads the TAP that the runner writes, line by line, and turns it into lines for people: one for each test file when
 * it has ended, with its failures in full behind it; everything between is dropped.
 */
export class TapReport {
  /** Totals of the whole run, as the runner counts them; undefined until it has. */
  totals = undefined
  /** The test files that have ended, as the runner names them. */
  ended = new Set()
  #write
  #nameOf
  #failures = []
  #skips = []
  #diagnostics = undefined
  #subtests = []

  /**
   * @param write takes one line
   * @param nameOf turns the name of a compiled test file into the name to show
   */
  constructor(write, nameOf = (name) => name) {
    this.#write = write
    this.#nameOf = nameOf
  }

  line(line) {
    if (this.#readDiagnostics(line)) return
    const [, indent, text] = /^((?: {4})*)(.*)$/.exec(line)
    const depth = indent.length / 4
    const subtest = /^# Subtest: (.*)$/.exec(text)
    if (subtest !== null) {
      this.#subtests.length = depth
      this.#subtests[depth] = subtest[1]
      return
    }
    const totals = depth === 0 ? /^# \{ total: (\d+)(.*)\}$/.exec(text) : null
    if (totals !== null) this.totals = readTotals(Number(totals[1]), totals[2])
    const point = /^(not )?ok \d+(?: - (.*?))?(?: # time=([\d.]+)ms)?( \{)?$/.exec(text)
    const directive = / # (SKIP|TODO)\b\s*(.*)$/i.exec(text)
    if (directive !== null) this.#skip(depth, text, directive)
    else if (depth === 0 && point !== null) this.#fileEnded(point)
    else if (depth > 0 && point?.[1] !== undefined) this.#failed(depth, point[2] ?? '', line)
    else if (/^Bail out!/.test(text)) this.#write(text)
  }

  #skip(depth, text, [, kind, reason]) {
    const name = /^(?:not )?ok \d+(?: - (.*?))?(?: # time=\S+)? # /.exec(text)?.[1] ?? ''
    const path = this.#path(depth, name)
    if (depth === 0) this.ended.add(name)
    if (depth === 0) this.#write(`- ${this.#nameOf(name)}  ${kind.toLowerCase()}: ${reason}`)
    else this.#skips.push(`    ${kind.toLowerCase()}: ${path.join(' > ')}${reason === '' ? '' : ` (${reason})`}`)
  }

  #failed(depth, name, line) {
    // A failed subtest follows what failed inside it, which has been told already.
    const isParent =
      this.#subtests[depth] === name &&
      this.#failures.some((failure) => failure.depth > depth && failure.path[depth - 1] === name)
    if (isParent) return
    this.#failures.push({ depth, path: this.#path(depth, name), lines: [] })
    this.#diagnostics = { indent: /^ */.exec(line)[0].length, open: false, lines: this.#failures.at(-1).lines }
  }

  // Names from the file down, without the file.
  #path(depth, name) {
    return [...this.#subtests.slice(1, depth), name].filter((part) => part !== undefined)
  }

  #fileEnded([, not, name = '', time = '0']) {
    const failed = not !== undefined
    this.ended.add(name)
    this.#write(`${failed ? '✗' : '✓'} ${this.#nameOf(name)}  ${formatMs(Number(time))}`)
    for (const skip of this.#skips) this.#write(skip)
    for (const { path, lines } of this.#failures) {
      this.#write(`\n    ✗ ${path.join(' > ')}`)
      for (const line of lines) this.#write(`      ${line}`)
      this.#write('')
    }
    // With nothing failed inside, the file itself has: it crashed, hung or was killed, and the reason follows.
    if (failed && this.#failures.length === 0) {
      this.#diagnostics = { indent: 0, open: false, write: (line) => this.#write(`      ${line}`) }
    }
    this.#failures = []
    this.#skips = []
    this.#subtests = []
  }

  // The YAML block behind a failed point. @returns whether the line was part of one
  #readDiagnostics(line) {
    const block = this.#diagnostics
    if (block === undefined) return false
    const prefix = ' '.repeat(block.indent + 2)
    if (!block.open) {
      if (line === `${prefix}---`) return (block.open = true)
      this.#diagnostics = undefined
      return false
    }
    if (line === `${prefix}...`) this.#diagnostics = undefined
    else {
      const text = line.slice(prefix.length)
      if (block.write === undefined) block.lines.push(text)
      else block.write(text)
    }
    return true
  }
}

function readTotals(total, rest) {
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(rest)?.[1] ?? 0)
  // The runner leaves out what is 0, and `pass` too when everything passed.
  const [failed, skipped, todo] = [count('fail'), count('skip'), count('todo')]
  return {
    passed: /\bpass:/.test(rest) ? count('pass') : total - failed - skipped - todo,
    failed,
    skipped: skipped + todo,
  }
}

function formatMs(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
